// @ts-check
// The events of a run's page: the list, its controls, and what is held back while somebody reads.
import { addShortcut } from "../site.js";
import { preference, setPreference } from "../site/preferences.js";
import { ask } from "./asking.js";
import { EventList } from "./event_list.js";
import { Search } from "./search.js";
import * as words from "./words.js";

/** @typedef {import("./timeline.js").Entry} Entry */
/** @typedef {import("./entries.js").Page} Page */
/** @typedef {{first: Page, entries: string, polls: string, search: string, file: string}} Log  the newest page, and addresses */

const RESTS_AFTER_MS = 3000;

export class EventLog {
  #seen = 0;
  #pointedAt = -Infinity;
  #timer = 0;

  /**
   * @param {(name: string) => HTMLElement} part
   * @param {Log} log
   */
  constructor(part, log) {
    this.part = part;
    this.log = log;
    this.view = { isNewestFirst: preference("events") !== "oldest", withPolls: preference("polls") === "on" };
    this.list = new EventList(part("events"), this.view, (after) => get(`${log.entries}?after=${after}`), () => this.#drawn());
    this.list.entries.addPage(log.first);
    this.search = new Search(part("log-search"), log, this);
    this.#mountControls();
    this.list.redraw();
    this.#showAll();
    if (!this.list.entries.knowsPolls) void this.#learnPolls();
  }

  /** Take in what has just happened. @param {Entry[]} entries */
  take(entries) {
    const before = this.#rows();
    if (!this.list.entries.addNews(entries)) return;
    if (!this.list.entries.knowsPolls) void this.#learnPolls();
    this.part("spoken").textContent = words.count(this.#rows() - before, "new event");
    this.#show();
    this.search.renew();
  }

  /** Bring an entry into sight. @param {number} seq @param {{isFocused?: boolean, isOpen?: boolean}} [how] */
  async reveal(seq, how) {
    if (!this.view.withPolls && this.list.entries.isPoll(seq)) this.#setPolls(true);
    this.#showAll();
    await this.list.reveal(seq, how);
  }

  get total() {
    return this.list.entries.total;
  }

  #rows() {
    return this.list.entries.rows(this.view.withPolls);
  }

  /** Show what has come, unless that would move what somebody reads or points at. */
  #show() {
    clearTimeout(this.#timer);
    if (!this.view.isNewestFirst || this.list.shown === 0 || !(this.list.isAway() || this.#isInUse())) this.list.shown = this.#rows();
    else this.#timer = setTimeout(() => this.#show(), RESTS_AFTER_MS);
    this.list.draw();
  }

  #showAll() {
    this.list.shown = this.#rows();
    this.list.draw();
  }

  #isInUse() {
    const { list } = this.list;
    const isPointedAt = list.matches(":hover") && performance.now() - this.#pointedAt < RESTS_AFTER_MS;
    return isPointedAt || list.contains(document.activeElement);
  }

  /** The pill counts what the reader has not seen. */
  #drawn() {
    const rows = this.#rows();
    const isAway = this.list.isAway();
    const isHeld = this.list.shown < rows;
    if (isHeld && !isAway && !this.#isInUse()) return this.#showAll();
    if (!isHeld && !isAway) this.#seen = rows;
    const unseen = Math.max(0, rows - this.#seen);
    this.part("pill").hidden = unseen === 0;
    if (unseen) this.part("pill").textContent = words.count(unseen, "new event");
    this.search?.mark();
    const noun = this.total === 1 ? "entry" : "entries";
    this.part("download-count").textContent = `Download ${this.total.toLocaleString("en-GB")} log ${noun}`;
  }

  /** Show all there is, and go where new rows come in. */
  async toNewest() {
    this.#showAll();
    const last = this.list.entries.seqAt(this.#rows() - 1, this.view.withPolls);
    if (last > 0) await this.list.reveal(last);
  }

  async #learnPolls() {
    const answer = await get(this.log.polls);
    if (!answer) return;
    const isUpToDate = this.#seen === this.#rows();
    this.list.entries.setPolls(answer.seqs, answer.as_of);
    if (isUpToDate) this.#seen = this.#rows();
    this.#showAll();
  }

  // --- controls

  #mountControls() {
    const sort = /** @type {HTMLSelectElement} */ (this.part("sort"));
    sort.value = this.view.isNewestFirst ? "newest" : "oldest";
    sort.addEventListener("change", () => this.#setOrder(sort.value));
    const polls = /** @type {HTMLInputElement} */ (this.part("polls"));
    polls.checked = this.view.withPolls;
    polls.addEventListener("change", () => this.#setPolls(polls.checked));
    this.part("pill").addEventListener("click", () => void this.toNewest());
    this.list.list.addEventListener("pointermove", () => { this.#pointedAt = performance.now(); }, { passive: true });
    for (const leaves of ["pointerleave", "focusout"]) this.list.list.addEventListener(leaves, () => setTimeout(() => this.#show()));
    document.addEventListener("headrace:zone", () => this.list.retime());
    addShortcut("n", "To the newest event", () => void this.toNewest());
    addShortcut("j", "To the next row of the events", () => this.list.step(1));
    addShortcut("k", "To the row before", () => this.list.step(-1));
  }

  /** @param {string} order */
  #setOrder(order) {
    this.view.isNewestFirst = order === "newest";
    setPreference("events", order);
    this.#showAll();
  }

  /** @param {boolean} withPolls */
  #setPolls(withPolls) {
    this.view.withPolls = withPolls;
    /** @type {HTMLInputElement} */ (this.part("polls")).checked = withPolls;
    setPreference("polls", withPolls ? "on" : "off");
    this.#seen = this.#rows();
    this.#showAll();
  }
}

/** @param {string} address */
async function get(address) {
  const answer = await ask(address);
  return answer?.ok ? answer.body : null; // the page says that the site is away; what is in sight asks again
}
