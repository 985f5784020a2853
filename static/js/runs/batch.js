// @ts-check
// The page of a batch: while rows are on their way it asks how they are, and changes only what is not as before.

const EVERY_MILLISECONDS = 1500;
const page = /** @type {HTMLElement | null} */ (document.querySelector("[data-batch]"));

function isGoing() {
  return document.querySelector("#batch-head[data-going]") !== null;
}

let isLooking = false;

/** A hidden tab asks nothing; it catches up when it is looked at. A slow site is not asked again meanwhile. */
async function look() {
  if (!page || document.hidden || isLooking || !isGoing()) return;
  isLooking = true;
  const answer = await ask(page.dataset.batch ?? "");
  isLooking = false;
  /** @type {HTMLElement | null} */ (page.querySelector("[data-lost]"))?.toggleAttribute("hidden", answer !== null);
  if (answer !== null) show(new DOMParser().parseFromString(answer, "text/html"));
}

/** @param {string} address @returns {Promise<string | null>} */
async function ask(address) {
  try {
    const response = await fetch(address);
    return response.ok && !response.redirected ? await response.text() : null;
  } catch {
    return null;
  }
}

/** @param {Document} fresh */
function show(fresh) {
  const rows = fresh.querySelectorAll("#batch-rows > tr");
  for (const row of rows) replace(row);
  const head = fresh.getElementById("batch-head");
  if (head && !document.getElementById("batch-head")?.contains(document.activeElement)) replace(head);
  else if (head) replaceInside(head);
}

/** @param {Element} fresh */
function replace(fresh) {
  const old = document.getElementById(fresh.id);
  if (old && old.innerHTML !== fresh.innerHTML) old.replaceWith(document.importNode(fresh, true));
  else if (old && fresh.id === "batch-head") old.toggleAttribute("data-going", fresh.hasAttribute("data-going"));
}

/** A button keeps the focus that is on it. @param {Element} fresh */
function replaceInside(fresh) {
  const old = document.getElementById("batch-head");
  old?.toggleAttribute("data-going", fresh.hasAttribute("data-going"));
  for (const selector of [".batch__progress", ".batch__counts", ".batch__actions"]) {
    const part = fresh.querySelector(selector);
    const place = old?.querySelector(selector);
    if (part && place && !place.contains(document.activeElement)) place.replaceWith(document.importNode(part, true));
  }
}

/** What cannot be taken back is asked once more. @param {SubmitEvent} event */
function confirmOnce(event) {
  const words = event.submitter?.dataset.confirm;
  if (words && !confirm(words)) event.preventDefault();
}

document.addEventListener("submit", confirmOnce);
document.addEventListener("visibilitychange", () => void look());
setInterval(() => void look(), EVERY_MILLISECONDS);
