// @ts-check
// One row of the list of events: its heading at once, its details when they are wanted.
import { absolute, clock } from "../time.js";
import { copyButton, element, icon } from "./elements.js";
import * as words from "./words.js";

/** @typedef {import("./timeline.js").Entry} Entry */

const numbers = new Intl.NumberFormat("en-GB");

/**
 * @param {Entry} entry
 * @param {number | undefined} tookMs how long its state took, if it closes one
 * @param {string | undefined} zone of the times
 */
export function row(entry, tookMs, zone) {
  const item = element("li", `event event--${words.icon(entry.code)}`);
  item.dataset.seq = String(entry.seq);
  item.dataset.state = entry.details.state_name ?? "";
  const line = /** @type {HTMLDetailsElement} */ (element("details", "event__line"));
  line.append(summary(entry, tookMs, zone));
  line.addEventListener("toggle", () => fill(line, entry), { once: true });
  item.append(line);
  return item;
}

/** A row whose entry is on its way. @param {number} seq */
export function placeholder(seq) {
  const item = element("li", "event event--pending");
  item.dataset.seq = String(seq);
  item.append(element("p", "event__plain muted tabular", `${numbers.format(seq)} …`));
  return item;
}

/** @param {Element} time @param {string | undefined} zone */
export function writeTime(time, zone) {
  const instant = new Date(time.getAttribute("datetime") ?? "");
  time.textContent = clock(instant, zone);
  time.setAttribute("title", absolute(instant, zone));
}

/**
 * @param {Entry} entry
 * @param {number | undefined} tookMs
 * @param {string | undefined} zone
 */
function summary(entry, tookMs, zone) {
  const made = element("summary", "event__summary");
  const title = element("span", "event__title mono", words.heading(entry));
  if (tookMs !== undefined && (tookMs >= 1 || entry.code === "ActionCompleted")) title.append(" ", element("span", "muted", `(${words.took(tookMs)})`));
  title.title = title.textContent ?? "";
  title.append(" ", element("span", "event__progress"));
  const time = element("time", "event__time muted small tabular");
  time.setAttribute("datetime", entry.time);
  writeTime(time, zone);
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
