// @ts-check
// The list of events: rows are made once, never moved under the pointer, details only on demand.
import * as words from "./words.js";

/** @typedef {import("./timeline.js").Entry} Entry */
/** @typedef {import("./timeline.js").Timeline} Timeline */

export class EventList {
  #shown = 0;

  /**
   * @param {HTMLElement} list
   * @param {{isNewestFirst: boolean, withPolls: boolean}} view
   */
  constructor(list, view) {
    this.list = list;
    this.view = view;
    list.addEventListener("click", (event) => this.#click(event));
  }

  /** @param {Timeline} timeline */
  show(timeline) {
    const fresh = timeline.entries.slice(this.#shown).filter((entry) => this.#isShown(entry));
    this.#shown = timeline.entries.length;
    const rows = fresh.map((entry) => row(entry, timeline.tookMs[entry.seq]));
    if (this.view.isNewestFirst) this.list.prepend(...rows.reverse());
    else this.list.append(...rows);
    return fresh.length;
  }

  /** @param {Timeline} timeline */
  redraw(timeline) {
    this.#shown = 0;
    this.list.replaceChildren();
    this.show(timeline);
  }

  /** @param {Entry} entry */
  #isShown(entry) {
    return this.view.withPolls || entry.code !== "ActionPolled";
  }

  /**
   * Show which rows are of the chosen state.
   * @param {string | null} state
   */
  select(state) {
    for (const item of this.list.children) {
      item.classList.toggle("is-selected", state !== null && /** @type {HTMLElement} */ (item).dataset.state === state);
    }
    this.list.querySelector(".is-selected")?.scrollIntoView({ block: "nearest" });
  }

  /** @param {Event} event */
  #click(event) {
    const target = /** @type {Element} */ (event.target);
    const copy = target.closest("[data-copy]");
    if (copy) void navigator.clipboard.writeText(copy.parentElement?.querySelector("pre")?.textContent ?? "");
  }
}

/**
 * @param {Entry} entry
 * @param {number | undefined} tookMs
 */
function row(entry, tookMs) {
  const item = element("li", "event");
  item.dataset.seq = String(entry.seq);
  item.dataset.state = entry.details.state_name ?? "";
  item.dataset.kind = words.icon(entry.code);
  const line = element("details", "event__line");
  const summary = element("summary", "event__summary");
  const title = element("span", "event__title mono", words.heading(entry));
  if (tookMs !== undefined) title.append(" ", element("span", "muted", `(${words.took(tookMs)})`));
  const time = element("time", "event__time muted small tabular", entry.time.slice(11, 19));
  time.setAttribute("datetime", entry.time);
  time.title = entry.time;
  summary.append(icon(words.icon(entry.code)), title, time, element("span", "event__more", "View details"));
  line.append(summary);
  line.addEventListener("toggle", () => fill(line, entry), { once: true });
  item.append(line);
  return item;
}

/**
 * @param {HTMLElement} line
 * @param {Entry} entry
 */
function fill(line, entry) {
  const box = element("div", "event__details");
  box.append(element("p", "muted small", entry.description));
  const text = element("pre", "code", JSON.stringify(entry.details, null, 2));
  text.tabIndex = 0;
  const copy = element("button", "button button--small event__copy", "Copy");
  copy.setAttribute("type", "button");
  copy.dataset.copy = "";
  box.append(copy, text);
  line.append(box);
}

/** @param {string} name */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `icon event__icon event__icon--${name}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `/static/img/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/**
 * @param {string} name
 * @param {string} classes
 * @param {string} [text]
 */
export function element(name, classes, text = "") {
  const made = document.createElement(name);
  made.className = classes;
  made.textContent = text;
  return made;
}
