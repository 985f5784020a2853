// @ts-check
// The list of runs: a changed filter applies at once, and what still runs is looked at again now and then.
import { showTimes } from "../site.js";
import { duration } from "../time.js";

const EVERY_MILLISECONDS = 5000;

/** @param {Element} cell */
function dataset(cell) {
  return /** @type {HTMLElement} */ (cell).dataset;
}

function showDurations() {
  for (const cell of document.querySelectorAll("[data-seconds]")) {
    cell.textContent = duration(Number(dataset(cell).seconds) * 1000);
  }
  for (const cell of document.querySelectorAll("[data-since]")) {
    cell.textContent = duration(Date.now() - Date.parse(dataset(cell).since ?? ""));
  }
}

function rows() {
  return document.querySelector("[data-rows]");
}

async function refresh() {
  const place = rows();
  if (document.hidden || !place?.querySelector("[data-since]") || place.contains(document.activeElement)) return;
  const response = await fetch(location.href).catch(() => null);
  if (!response?.ok) return; // next time
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector("[data-rows]");
  if (!fresh || place.matches(":hover")) return; // nothing moves under the pointer
  place.replaceWith(document.adoptNode(fresh));
  showDurations();
  showTimes();
}

for (const field of document.querySelectorAll("[data-filter]")) {
  field.addEventListener("change", () => /** @type {HTMLInputElement} */ (field).form?.requestSubmit());
}
showDurations();
if (rows()?.querySelector("[data-since]")) {
  setInterval(showDurations, 1000);
  setInterval(refresh, EVERY_MILLISECONDS);
}
