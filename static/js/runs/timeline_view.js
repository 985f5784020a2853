// @ts-check
// Draws the time line: a row for each visit, in HTML so that its text can be read and selected.
// Of many rows only those in sight are in the page.
import { zone } from "../site/preferences.js";
import { clock } from "../time.js";
import { drawAxis, drawRow } from "./timeline_drawing.js";
import { rowsOf } from "./timeline_rows.js";
import { scaleOf } from "./timeline_scale.js";

/** @typedef {import("./timeline.js").Summary} Summary */
/** @typedef {import("./timeline_rows.js").Row} Row */
/** @typedef {import("./timeline_scale.js").Scale} Scale */
/** @typedef {{median: number, p90: number}} Spread milliseconds */
/**
 * What is drawn beside the visits themselves.
 * @typedef {object} Look
 * @property {boolean} isIdleShown
 * @property {number | null} progress     how far the present action is, 0 to 1
 * @property {Record<string, Spread>} usual  by state
 * @property {string | null} state        that is chosen
 * @property {number | null} first        the event that began the chosen visit; null: the last one
 * @property {string} failure             why the run failed, in the last visit; "" if it has not
 * @property {number | null} moment       the instant that is looked at; null: now
 * @property {Summary | null} whole       the run as it is now, where an earlier moment is looked at
 */

const ROW_PIXELS = 28;
const VIRTUAL_ABOVE = 200;
const BEYOND = 10; // rows drawn above and below those in sight

/** @param {number} ms */
function timeOfDay(ms) {
  return clock(new Date(ms), zone());
}

export class TimelineView {
  /** @type {Set<string>} */
  #open = new Set();
  /** @type {Row[]} */
  #rows = [];
  /** @type {Scale | null} */
  #scale = null;
  /** @type {Map<string, HTMLElement>} */
  #made = new Map();
  #focused = "";
  /** @type {Summary | null} */
  #summary = null;
  /** @type {Look} */
  #look = { isIdleShown: false, progress: null, usual: {}, state: null, first: null, failure: "", moment: null, whole: null };

  /**
   * @param {HTMLElement} panel
   * @param {{onSelect: (state: string, first: number) => void}} options
   */
  constructor(panel, { onSelect }) {
    this.onSelect = onSelect;
    this.body = /** @type {HTMLElement} */ (panel.querySelector("[data-rows]"));
    this.axis = /** @type {HTMLElement} */ (panel.querySelector("[data-axis]"));
    this.body.addEventListener("click", (event) => this.#click(/** @type {Element} */ (event.target)));
    this.body.addEventListener("keydown", (event) => this.#key(event));
    this.body.addEventListener("scroll", () => this.#place(), { passive: true });
  }

  /**
   * @param {Summary} summary
   * @param {Partial<Look>} [look]
   */
  show(summary, look = {}) {
    this.#summary = summary;
    Object.assign(this.#look, look);
    this.#rows = rowsOf(summary, this.#open);
    this.#scale = scaleOf(this.#look.whole ?? summary, Date.now(), this.#look);
    drawAxis(this.axis, this.#scale, timeOfDay, this.#look.moment);
    this.body.setAttribute("aria-rowcount", String(this.#rows.length));
    this.body.classList.toggle("is-virtual", this.#isVirtual);
    this.#place();
  }

  /** A second has passed: what is under way grows; nothing else moves. */
  tick() {
    if (!this.#summary || !this.#scale || this.#look.moment !== null) return;
    if (Date.now() >= this.#scale.to) return this.show(this.#summary);
    const last = this.#rows.filter(({ visits }) => visits[visits.length - 1].ended === null);
    for (const row of last) this.#draw(row, this.#rows.indexOf(row));
  }

  get #isVirtual() {
    return this.#rows.length > VIRTUAL_ABOVE;
  }

  /** Put the rows that are in sight into the page, and take the others out. */
  #place() {
    const [from, to] = this.#inSight();
    const wanted = this.#rows.slice(from, to);
    const keys = new Set(wanted.map(({ key }) => key));
    for (const [key, item] of this.#made) {
      if (keys.has(key)) continue;
      item.remove();
      this.#made.delete(key);
    }
    wanted.forEach((row, index) => this.#draw(row, from + index));
    this.body.style.setProperty("--rows-before", String(from));
    this.body.style.setProperty("--rows-after", String(this.#rows.length - to));
  }

  /** @returns {[number, number]} */
  #inSight() {
    if (!this.#isVirtual) return [0, this.#rows.length];
    const from = Math.floor(this.body.scrollTop / ROW_PIXELS) - BEYOND;
    const to = Math.ceil((this.body.scrollTop + this.body.clientHeight) / ROW_PIXELS) + BEYOND;
    return [Math.max(from, 0), Math.min(to, this.#rows.length)];
  }

  /**
   * @param {Row} row
   * @param {number} index
   */
  #draw(row, index) {
    const scale = /** @type {Scale} */ (this.#scale);
    const item = drawRow(this.#made.get(row.key), row, { scale, look: this.#look, last: this.#summary?.visits.at(-1)?.first ?? 0, now: this.#look.moment ?? Date.now(), index, clock: timeOfDay });
    const isStop = row.key === this.#focused || (!this.#rows.some(({ key }) => key === this.#focused) && index === 0);
    /** @type {HTMLElement} */ (item.querySelector("[data-pick]")).tabIndex = isStop ? 0 : -1;
    this.#made.set(row.key, item);
    const before = this.#made.get(this.#rows[index - 1]?.key ?? "");
    const place = before ? before.nextElementSibling : this.body.firstElementChild;
    if (item !== place) this.body.insertBefore(item, place);
  }

  /** Give the focus back to where one was. */
  focus() {
    /** @type {HTMLElement | null} */ (this.body.querySelector("[data-pick][tabindex='0']"))?.focus({ preventScroll: true });
  }

  /** @param {Element} target */
  #click(target) {
    const row = this.#rowOf(target);
    if (!row) return;
    this.#focused = row.key;
    if (target.closest("[data-twist]")) return this.#twist(row, !row.isOpen);
    if (target.closest("[data-pick], [data-lane]")) this.onSelect(row.state, row.visits[row.visits.length - 1].first);
  }

  /** @param {Element} target */
  #rowOf(target) {
    const key = /** @type {HTMLElement | null} */ (target.closest("[data-key]"))?.dataset.key;
    return this.#rows.find((row) => row.key === key);
  }

  /**
   * Show the visits of a row one by one, or not.
   * @param {Row} row
   * @param {boolean} isOpen
   */
  #twist(row, isOpen) {
    if (row.number !== 0 || !this.#summary) return;
    if (isOpen) this.#open.add(row.state);
    else this.#open.delete(row.state);
    this.show(this.#summary);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const row = this.#rowOf(/** @type {Element} */ (event.target));
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.#rows.indexOf(row);
    const moves = /** @type {Record<string, number>} */ ({
      ArrowDown: at + 1, j: at + 1, ArrowUp: at - 1, k: at - 1, Home: 0, End: this.#rows.length - 1,
    });
    if (event.key in moves) this.#focus(moves[event.key]);
    else if (event.key === "ArrowRight") this.#twist(row, true);
    else if (event.key === "ArrowLeft") this.#twist(row, false);
    else return;
    event.preventDefault();
  }

  /** @param {number} index */
  #focus(index) {
    const row = this.#rows[index];
    if (!row) return;
    this.#focused = row.key;
    if (this.#isVirtual && !this.#made.has(row.key)) this.body.scrollTop = index * ROW_PIXELS - this.body.clientHeight / 2;
    this.#place();
    /** @type {HTMLElement | null | undefined} */ (this.#made.get(row.key)?.querySelector("[data-pick]"))?.focus();
  }
}
