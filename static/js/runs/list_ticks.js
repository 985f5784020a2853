// @ts-check
// The ticks before the runs: all of them at once, how many there are, and what two of them lead to.
import { addShortcut } from "../site.js";
import { comparison } from "./list_plan.js";

/** @param {HTMLFormElement} form */
export function mountTicks(form) {
  const show = () => showTicked(form);
  form.addEventListener("change", (event) => {
    const box = /** @type {HTMLInputElement} */ (event.target);
    if (box.matches("[data-tick-all]")) for (const each of boxes(form)) each.checked = box.checked;
    show();
  });
  addEventListener("pageshow", show); // a browser that goes back remembers the ticks
  addShortcut("j", "Next run", () => step(form, 1));
  addShortcut("k", "Previous run", () => step(form, -1));
  addShortcut("x", "Tick the run", () => tick(form));
  show();
  return show;
}

/** @param {HTMLFormElement} form */
function boxes(form) {
  return /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("[data-tick]")]);
}

/** @param {HTMLFormElement} form */
function showTicked(form) {
  const all = boxes(form);
  const ticked = all.filter((box) => box.checked).map((box) => box.value);
  const head = /** @type {HTMLInputElement | null} */ (form.querySelector("[data-tick-all]"));
  if (head) {
    head.checked = all.length > 0 && ticked.length === all.length;
    head.indeterminate = ticked.length > 0 && !head.checked;
  }
  form.classList.toggle("has-ticks", ticked.length > 0);
  const told = form.querySelector("[data-ticked]");
  if (told) told.textContent = ticked.length ? `${ticked.length} ticked` : "Tick runs to act on them";
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (form.querySelectorAll("button[name=action]"))) {
    const why = button.matches("[data-compare]") ? compareNeeds(ticked) : ticked.length ? "" : "Tick a run first.";
    button.disabled = why !== "";
    button.title = why;
  }
}

/** @param {string[]} ticked */
function compareNeeds(ticked) {
  return comparison(ticked) ? "" : "Tick exactly two runs to compare them.";
}

/** @param {HTMLFormElement} form @param {number} by */
function step(form, by) {
  const links = /** @type {HTMLElement[]} */ ([...form.querySelectorAll("tbody a")]);
  const at = links.findIndex((link) => link.closest("tr")?.contains(document.activeElement));
  links[Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
}

/** @param {HTMLFormElement} form */
function tick(form) {
  const box = /** @type {HTMLInputElement | null | undefined} */ (document.activeElement?.closest("tr")?.querySelector("[data-tick]"));
  if (!box || !form.contains(box)) return;
  box.checked = !box.checked;
  showTicked(form);
}
