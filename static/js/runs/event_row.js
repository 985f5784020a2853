// @ts-check
// One row of the list of events: its heading at once, its details when they are wanted.
import { zone } from "../site/preferences.js";
import { absolute, clock } from "../time.js";
import { copyButton, element, icon } from "./elements.js";
import * as words from "./words.js";

/** @typedef {import("./timeline.js").Entry} Entry */

/**
 * @param {Entry} entry
 * @param {number | undefined} tookMs how long its state took, if it closes one
 */
export function row(entry, tookMs) {
  const item = element("li", `event event--${words.icon(entry.code)}`);
  item.dataset.seq = String(entry.seq);
  item.dataset.state = entry.details.state_name ?? "";
  const line = /** @type {HTMLDetailsElement} */ (element("details", "event__line"));
  line.append(summary(entry, tookMs));
  line.addEventListener("toggle", () => fill(line, entry), { once: true });
  item.append(line);
  return item;
}

/** A row whose entry is on its way. @param {number} seq */
export function placeholder(seq) {
  const item = element("li", "event event--pending");
  item.dataset.seq = String(seq);
  item.append(element("p", "event__plain muted tabular", `${seq.toLocaleString("en-GB")} …`));
  return item;
}

/** @param {Element} time */
export function writeTime(time) {
  const instant = new Date(time.getAttribute("datetime") ?? "");
  time.textContent = clock(instant, zone());
  time.setAttribute("title", absolute(instant, zone()));
}

/** Open a row and show its details now, not when the browser tells of it. @param {HTMLElement} item */
export function open(item) {
  const line = item.querySelector("details");
  if (line) line.open = true;
}

/**
 * @param {Entry} entry
 * @param {number | undefined} tookMs
 */
function summary(entry, tookMs) {
  const made = element("summary", "event__summary");
  const title = element("span", "event__title mono", words.heading(entry));
  if (tookMs !== undefined && tookMs >= 1) title.append(" ", element("span", "muted", `(${words.took(tookMs)})`));
  title.title = title.textContent ?? "";
  title.append(" ", element("span", "event__progress"));
  const time = element("time", "event__time muted small tabular");
  time.setAttribute("datetime", entry.time);
  writeTime(time);
  const more = element("span", "event__more", "View details");
  more.append(icon("chevron-down"));
  const mark = element("span", "event__mark");
  mark.append(icon(words.icon(entry.code)));
  made.append(mark, title, time, more);
  return made;
}

/**
 * @param {HTMLElement} line
 * @param {Entry} entry
 */
function fill(line, entry) {
  const box = element("div", "event__details");
  const text = element("pre", "code", JSON.stringify(entry.details, null, 2));
  text.tabIndex = 0;
  const bar = element("div", "event__bar");
  bar.append(element("p", "muted small", entry.description), copyButton(() => text.textContent ?? ""));
  box.append(bar, text);
  line.append(box);
}
