// @ts-check
// The list of runs: a changed filter applies at once; durations read like everywhere else.
import { duration } from "../time.js";

for (const field of document.querySelectorAll("[data-filter]")) {
  field.addEventListener("change", () => /** @type {HTMLInputElement} */ (field).form?.requestSubmit());
}
for (const cell of document.querySelectorAll("[data-seconds]")) {
  cell.textContent = duration(Number(/** @type {HTMLElement} */ (cell).dataset.seconds) * 1000);
}
