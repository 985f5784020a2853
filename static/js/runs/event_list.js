// @ts-check
// The list of events: of a long log, only the rows in sight are in the page, each at its place.
import { zone } from "../site/preferences.js";
import { Entries } from "./entries.js";
import { placeholder, row, writeTime } from "./event_row.js";
import { Rows } from "./rows.js";

/** @typedef {import("./entries.js").Page} Page */
/** @typedef {{isNewestFirst: boolean, withPolls: boolean}} View */

const ALL_BELOW = 200;
const BEYOND = 10;
const QUIET_MS = 50;
const AGAIN_MS = 2000;
const PAGE = 100;
const AWAY_PIXELS = 120;

export class EventList {
  /** How many rows are shown; there may be more by now. */
  shown = 0;
  /** @type {Map<number, HTMLElement>} the rows in the page, by the number of the entry */
  #made = new Map();
  /** @type {Map<number, number>} pixels by which rows are higher whose details are open */
  #open = new Map();
  /** @type {string | null} */
  #selected = null;
  #hit = 0;
  #pinned = 0;
  #progress = { seq: 0, text: "" };
  #timer = 0;
  #isAsking = false;
  #zone = zone();
  #top = 0;

  /**
   * @param {HTMLElement} list
   * @param {View} view
   * @param {(after: number) => Promise<Page | null>} askForPage
   * @param {() => void} drawn   called when rows may have come or gone
   */
  constructor(list, view, askForPage, drawn) {
    this.list = list;
    this.view = view;
    this.askForPage = askForPage;
    this.drawn = drawn;
    this.entries = new Entries();
    this.rows = new Rows();
    this.sizes = new ResizeObserver((changes) => this.#measure(changes));
    document.addEventListener("scroll", () => this.draw(), { capture: true, passive: true });
    document.addEventListener("tabs:show", () => this.redraw());
    addEventListener("resize", () => this.redraw());
    list.addEventListener("toggle", (event) => this.#toggled(event), { capture: true });
    list.addEventListener("keydown", (event) => this.#step(event));
  }

  /** Put the rows in sight where they belong, and ask for those that are not at hand. */
  draw() {
    const place = this.list.getClientRects()[0];
    if (!place) return; // it is hidden
    this.#top = place.top;
    this.rows.setTall([...this.#open].map(([seq, extra]) => ({ index: this.#indexOf(seq), extra })));
    this.list.style.height = `${this.rows.topOf(this.shown)}px`;
    const seqs = this.#inSight();
    this.#remove(new Set(seqs));
    let next = this.list.firstElementChild;
    for (const seq of seqs) next = this.#place(seq, next);
    this.#askSoon(seqs, QUIET_MS);
    this.drawn();
  }

  /** Make every row anew, or measure them anew. */
  redraw() {
    this.rows.height = parseFloat(getComputedStyle(this.list).getPropertyValue("--event-height")) || 34;
    this.#remove(new Set());
    this.draw();
  }

  /** The numbers of the entries whose rows are to be in the page, in their order. */
  #inSight() {
    let [from, to] = [0, this.shown];
    if (this.shown > ALL_BELOW) {
      from = Math.max(0, this.rows.indexAt(-this.#top) - BEYOND);
      to = Math.min(this.shown, this.rows.indexAt(innerHeight - this.#top) + BEYOND);
    }
    const indices = new Set(Array.from({ length: Math.max(0, to - from) }, (_, number) => from + number));
    for (const seq of [this.#pinned, this.#focused()]) if (seq) indices.add(this.#indexOf(seq));
    const inOrder = [...indices].sort((one, other) => one - other);
    return inOrder.filter((index) => index >= 0 && index < this.shown).map((index) => this.#seqAt(index));
  }

  /** @param {Set<number>} wanted */
  #remove(wanted) {
    for (const [seq, item] of this.#made) {
      const isLate = item.dataset.pending && this.entries.get(seq);
      if (wanted.has(seq) && !isLate) continue;
      this.sizes.unobserve(item);
      this.#made.delete(seq);
      item.remove();
    }
  }

  /**
   * @param {number} seq
   * @param {Element | null} next the row that stands at this place now
   * @returns {Element | null} the row that stands at the next place
   */
  #place(seq, next) {
    const item = this.#made.get(seq) ?? this.#make(seq);
    const index = this.#indexOf(seq);
    const top = `${this.rows.topOf(index)}px`;
    if (item.style.top !== top) item.style.top = top;
    item.setAttribute("aria-posinset", String(index + 1));
    item.setAttribute("aria-setsize", String(this.shown));
    item.classList.toggle("is-first", index === 0);
    item.classList.toggle("is-last", index === this.shown - 1);
    if (item === next) return item.nextElementSibling;
    this.list.insertBefore(item, next);
    return next;
  }

  /** @param {number} seq */
  #make(seq) {
    const entry = this.entries.get(seq);
    const item = entry ? row(entry, this.entries.tookMs(seq), this.#zone) : placeholder(seq);
    if (!entry) item.dataset.pending = "true";
    this.#made.set(seq, item);
    this.#tint(seq, item);
    const line = item.querySelector("details");
    if (line && this.#open.has(seq)) line.open = true;
    return item;
  }

  /** @param {number} seq @param {HTMLElement} item */
  #tint(seq, item) {
    item.classList.toggle("is-selected", this.#selected !== null && item.dataset.state === this.#selected);
    item.classList.toggle("is-hit", seq === this.#hit);
    item.classList.toggle("is-running", seq === this.#progress.seq);
    const slot = item.querySelector(".event__progress");
    const text = seq === this.#progress.seq ? this.#progress.text : "";
    if (slot && slot.textContent !== text) slot.textContent = text;
  }

  #tintAll() {
    for (const [seq, item] of this.#made) this.#tint(seq, item);
  }

  /** @param {number} seq */
  #indexOf(seq) {
    const place = this.entries.rowOf(seq, this.view.withPolls);
    return this.view.isNewestFirst ? this.shown - 1 - place : place;
  }

  /** @param {number} index */
  #seqAt(index) {
    const place = this.view.isNewestFirst ? this.shown - 1 - index : index;
    return this.entries.seqAt(place, this.view.withPolls);
  }

  // --- what is not at hand

  /** @param {number[]} seqs @param {number} wait */
  #askSoon(seqs, wait) {
    clearTimeout(this.#timer);
    const missing = seqs.filter((seq) => !this.entries.get(seq));
    if (missing.length && !this.#isAsking) this.#timer = setTimeout(() => void this.#ask(missing), wait);
  }

  /** @param {number[]} missing */
  async #ask(missing) {
    const [first, last] = [Math.min(...missing), Math.max(...missing)];
    this.#isAsking = true;
    // Towards older entries, what comes next is before what is in sight. Large entries make short pages.
    const came = await this.load(this.view.isNewestFirst ? Math.max(0, Math.min(first, last - PAGE + 1) - 1) : first - 1);
    if (came && !missing.some((seq) => this.entries.get(seq))) await this.load(first - 1);
    this.#isAsking = false;
    this.entries.forgetFarFrom(first);
    if (came) this.draw();
    else this.#askSoon(missing, AGAIN_MS);
  }

  /** Get the page of entries after a number; return whether it came. @param {number} after */
  async load(after) {
    const page = await this.askForPage(after);
    if (page) this.entries.addPage(page);
    return page !== null;
  }

  // --- heights and keys

  /** @param {Event} event */
  #toggled(event) {
    const line = /** @type {HTMLDetailsElement} */ (event.target);
    const item = /** @type {HTMLElement | null} */ (line.closest("[data-seq]"));
    if (!item) return;
    if (line.open) this.sizes.observe(item);
    else this.sizes.unobserve(item);
    if (!line.open && this.#open.delete(Number(item.dataset.seq))) this.draw();
  }

  /** @param {ResizeObserverEntry[]} changes */
  #measure(changes) {
    for (const { target } of changes) {
      const item = /** @type {HTMLElement} */ (target);
      if (item.isConnected) this.#open.set(Number(item.dataset.seq), item.offsetHeight - this.rows.height);
    }
    this.draw();
  }

  #focused() {
    const item = this.list.contains(document.activeElement) ? document.activeElement?.closest("[data-seq]") : null;
    return item instanceof HTMLElement ? Number(item.dataset.seq) : 0;
  }

  /** @param {KeyboardEvent} event */
  #step(event) {
    if (!(event.target instanceof HTMLElement) || !event.target.matches("summary")) return;
    const page = Math.max(1, Math.floor(innerHeight / this.rows.height) - 4);
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
    if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.step(by);
  }

  /** Go to a row further down or up, from the row that has the focus. @param {number} by */
  step(by) {
    const from = this.#focused() ? this.#indexOf(this.#focused()) : -1;
    const index = Math.min(this.shown - 1, Math.max(0, from + by));
    void this.reveal(this.#seqAt(index), { isFocused: true });
  }

  // --- what the page says of it

  /**
   * Bring an entry's row into sight.
   * @param {number} seq
   * @param {{isFocused?: boolean, isOpen?: boolean}} [how]
   */
  async reveal(seq, { isFocused = false, isOpen = false } = {}) {
    this.#pinned = seq;
    if (!this.entries.get(seq)) await this.load(Math.max(0, seq - PAGE / 2));
    if (!this.entries.get(seq)) await this.load(seq - 1);
    this.draw();
    const item = this.#made.get(seq);
    item?.scrollIntoView({ block: isFocused ? "nearest" : "center" });
    if (isFocused) item?.querySelector("summary")?.focus({ preventScroll: true });
    const line = item?.querySelector("details");
    if (isOpen && line) line.open = true;
    this.#pinned = 0;
  }

  /** Show which row a search has found; 0 for none. @param {number} seq */
  setHit(seq) {
    this.#hit = seq;
    this.#tintAll();
  }

  /** Show which rows are of the chosen state. @param {string | null} state */
  select(state) {
    this.#selected = state;
    this.#tintAll();
  }

  /** Say how far the state is in which the run stands: on the row with which it entered it. @param {number} seq @param {string} text */
  progress(seq, text) {
    this.#progress = { seq, text };
    this.#tintAll();
  }

  /** The reader chose another zone. */
  retime() {
    this.#zone = zone();
    for (const time of this.list.querySelectorAll("time")) writeTime(time, this.#zone);
  }

  /** Whether the place where new rows come in was out of sight when the rows were drawn. */
  isAway() {
    const bottom = this.#top + this.rows.topOf(this.shown);
    return this.view.isNewestFirst ? this.#top < 0 : bottom > innerHeight + AWAY_PIXELS;
  }
}
