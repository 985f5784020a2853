// @ts-check
import { absolute, relative } from "../time.js";
import { preference, setPreference, zone } from "./preferences.js";

const EVERY_MILLISECONDS = 20_000;

/**
 * Put words into every <time data-time> below `root`: relative, with the whole time on hover.
 * @param {ParentNode} [root]
 */
export function showTimes(root = document) {
  const now = new Date();
  for (const element of root.querySelectorAll("time[data-time]")) {
    const instant = new Date(element.getAttribute("datetime") ?? "");
    if (Number.isNaN(instant.getTime())) continue;
    write(element, relative(instant, now, zone()), absolute(instant, zone()));
  }
}

/**
 * @param {Element} element
 * @param {string} text
 * @param {string} title
 */
function write(element, text, title) {
  if (element.textContent !== text) element.textContent = text;
  if (element.getAttribute("title") !== title) element.setAttribute("title", title);
}

/** Keep the times of the page fresh, and let the menu switch between local time and UTC. */
export function mountTimes() {
  showTimes();
  setInterval(() => document.hidden || showTimes(), EVERY_MILLISECONDS);
  document.addEventListener("visibilitychange", () => document.hidden || showTimes());
  document.addEventListener("htmx:afterSwap", () => showTimes());
  document.querySelector("[data-zone-toggle]")?.addEventListener("click", toggleZone);
  nameZone();
}

function toggleZone() {
  setPreference("zone", preference("zone") === "utc" ? "local" : "utc");
  nameZone();
  showTimes();
  document.dispatchEvent(new CustomEvent("headrace:zone"));
}

function nameZone() {
  const name = document.querySelector("[data-zone-name]");
  if (name) name.textContent = zone() ?? "local";
}
