// @ts-check
// What one can take from a run's page: its report, and word of its end in this browser.
import { toast } from "../site.js";

const ENDS = new Set(["succeeded", "failed", "cancelled"]);
const answer = /** @type {HTMLElement | null} */ (document.querySelector("[data-answer][data-status]"));

function isOver() {
  return ENDS.has(answer?.dataset.status ?? "");
}

/** @param {HTMLElement} link */
function mountReport(link) {
  link.addEventListener("click", async (event) => {
    if (!navigator.clipboard) return; // not over plain http: then the report is shown, to be copied by hand
    event.preventDefault();
    const response = await fetch(link.dataset.copyReport ?? "").catch(() => null);
    if (!response?.ok) return toast("The report could not be fetched. Try again.", "error");
    await navigator.clipboard.writeText(await response.text());
    toast("The report is copied, as Markdown.");
  });
}

/** @param {HTMLButtonElement} button */
function mountWish(button) {
  if (!("Notification" in window) || !isSecureContext || isOver()) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-pressed") === "true") return wish(button, false);
    if (await Notification.requestPermission() === "granted") return wish(button, true);
    toast("The browser does not let this site notify you. Allow it in the browser's settings of this site.", "error");
  });
}

/**
 * @param {HTMLButtonElement} button
 * @param {boolean} isWanted
 */
function wish(button, isWanted) {
  button.setAttribute("aria-pressed", String(isWanted));
  toast(isWanted ? "This browser tells you when the run ends, as long as this tab is open." : "This browser tells you nothing about the run.");
}

/** @param {HTMLButtonElement} button */
function tellAtEnd(button) {
  if (!answer) return;
  const watch = new MutationObserver(() => {
    if (!isOver()) return;
    watch.disconnect();
    button.hidden = true;
    if (button.getAttribute("aria-pressed") !== "true") return;
    const shown = new Notification(document.title, { body: answer.textContent ?? "", tag: location.pathname });
    shown.addEventListener("click", () => window.focus());
  });
  watch.observe(answer, { attributes: true, attributeFilter: ["data-status"] });
}

for (const link of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-copy-report]"))) mountReport(link);
const button = /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-notify-here]"));
if (button) {
  mountWish(button);
  tellAtEnd(button);
}
