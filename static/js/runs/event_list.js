// @ts-check
// The list of events: rows are made once, never moved under the pointer, details only on demand.
import { absolute, clock } from "../time.js";
import { zone } from "../site/preferences.js";
import { copyButton, element, icon } from "./elements.js";
import * as words from "./words.js";

/** @typedef {import("./timeline.js").Entry} Entry */
/** @typedef {import("./timeline.js").Timeline} Timeline */

export class EventList {
  #shown = 0;
  /** @type {string | null} */
  #selected = null;
  /** @type {HTMLElement | null} */
  #running = null;

  /**
   * @param {HTMLElement} list
   * @param {{isNewestFirst: boolean, withPolls: boolean}} view
   */
  constructor(list, view) {
    this.list = list;
    this.view = view;
  }

  /**
   * Add the rows that are not there yet; return how many.
   * @param {Timeline} timeline
   */
  show(timeline) {
    const fresh = timeline.entries.slice(this.#shown).filter((entry) => this.#isShown(entry));
    this.#shown = timeline.entries.length;
    const rows = fresh.map((entry) => row(entry, timeline.tookMs[entry.seq]));
    for (const made of rows) this.#tint(made);
    if (this.view.isNewestFirst) this.list.prepend(...rows.reverse());
    else this.list.append(...rows);
    return fresh.length;
  }

  /** @param {Timeline} timeline */
  redraw(timeline) {
    const open = new Set([...this.list.querySelectorAll("details[open]")].map(seqOf));
    this.#shown = 0;
    this.list.replaceChildren();
    this.show(timeline);
    for (const line of this.list.querySelectorAll("details")) line.open = open.has(seqOf(line));
  }

  /** @param {Entry} entry */
  #isShown(entry) {
    return this.view.withPolls || entry.code !== "ActionPolled";
  }

  /**
   * Say how far the state is in which the run stands: on the row with which it entered it.
   * @param {number | null} seq
   * @param {string} text
   */
  progress(seq, text) {
    const item = seq === null ? null : this.list.querySelector(`[data-seq="${seq}"]`);
    if (item !== this.#running) this.#running?.querySelector(".event__progress")?.replaceChildren();
    this.#running?.classList.toggle("is-running", item === this.#running);
    this.#running = /** @type {HTMLElement | null} */ (item);
    if (!item) return;
    item.classList.add("is-running");
    const slot = /** @type {HTMLElement} */ (item.querySelector(".event__progress"));
    if (slot.textContent !== text) slot.textContent = text;
  }

  /**
   * Show which rows are of the chosen state.
   * @param {string | null} state
   * @param {{isRevealed?: boolean}} [how]
   */
  select(state, { isRevealed = true } = {}) {
    this.#selected = state;
    for (const item of this.list.children) this.#tint(/** @type {HTMLElement} */ (item));
    if (isRevealed) this.list.querySelector(".is-selected")?.scrollIntoView({ block: "nearest" });
  }

  /** @param {HTMLElement} item */
  #tint(item) {
    item.classList.toggle("is-selected", this.#selected !== null && item.dataset.state === this.#selected);
  }

  /** The reader chose another zone. */
  retime() {
    for (const time of this.list.querySelectorAll("time")) writeTime(time);
  }
}

/** @param {Element} line */
function seqOf(line) {
  return /** @type {HTMLElement | null} */ (line.closest("[data-seq]"))?.dataset.seq;
}

/**
 * @param {Entry} entry
 * @param {number | undefined} tookMs
 */
function row(entry, tookMs) {
  const item = element("li", `event event--${words.icon(entry.code)}`);
  item.dataset.seq = String(entry.seq);
  item.dataset.state = entry.details.state_name ?? "";
  const line = /** @type {HTMLDetailsElement} */ (element("details", "event__line"));
  line.append(summary(entry, tookMs));
  line.addEventListener("toggle", () => fill(line, entry), { once: true });
  item.append(line);
  return item;
}

/**
 * @param {Entry} entry
 * @param {number | undefined} tookMs
 */
function summary(entry, tookMs) {
  const made = element("summary", "event__summary");
  const title = element("span", "event__title mono", words.heading(entry));
  if (tookMs !== undefined && tookMs >= 1) title.append(" ", element("span", "muted", `(${words.took(tookMs)})`));
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

/** @param {Element} time */
function writeTime(time) {
  const instant = new Date(time.getAttribute("datetime") ?? "");
  time.textContent = clock(instant, zone());
  time.setAttribute("title", absolute(instant, zone()));
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
