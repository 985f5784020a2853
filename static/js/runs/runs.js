// @ts-check
// The list of runs: found by a search, live, ticked to act on several.
import { duration } from "../time.js";
import { mountBars } from "./list_bars.js";
import { mountLive } from "./list_live.js";
import { mountTicks } from "./list_ticks.js";

/** @param {Element} cell */
function dataset(cell) {
  return /** @type {HTMLElement} */ (cell).dataset;
}

function showDurations() {
  for (const cell of document.querySelectorAll("[data-seconds]")) {
    show(cell, Number(dataset(cell).seconds) * 1000);
  }
  for (const cell of document.querySelectorAll("[data-since]")) {
    show(cell, Date.now() - Date.parse(dataset(cell).since ?? ""));
  }
}

/** @param {Element} cell @param {number} milliseconds */
function show(cell, milliseconds) {
  const text = duration(milliseconds);
  if (cell.textContent !== text) cell.textContent = text;
}

/** Put the caret where the search cannot be read. */
function showFault() {
  const field = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-fault]"));
  if (!field) return;
  const at = Number(field.dataset.fault);
  field.focus();
  field.setSelectionRange(at, Math.max(at, field.value.length));
}

for (const field of document.querySelectorAll("[data-filter]")) {
  field.addEventListener("change", () => /** @type {HTMLInputElement} */ (field).form?.requestSubmit());
}
showDurations();
setInterval(showDurations, 1000);
showFault();

const place = /** @type {HTMLElement | null} */ (document.querySelector("[data-rows]"));
const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-choose]"));
const when = /** @type {HTMLElement | null} */ (document.querySelector("[data-when]"));
const showTicks = form ? mountTicks(form) : () => undefined;
const followWithBars = when ? mountBars(when) : () => undefined;

if (place) {
  mountLive(place, () => {
    showDurations();
    showTicks();
    followWithBars();
  });
}
