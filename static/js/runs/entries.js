// @ts-check
// The entries of a log of which only some are at hand: which there are, which rows they fill, how long things took.
// Pure: no document, no network.

/** @typedef {import("./timeline.js").Entry} Entry */
/** @typedef {{time: string, state_name: string}} Opened  the entry with which the run entered the state it is in */
/** @typedef {{entries: Entry[], opened: Opened | null, last_seq: number}} Page */

const POLLED = "ActionPolled";
const MOST_KEPT = 3000;

export class Entries {
  /** The number of the last entry there is. */
  total = 0;
  /** Whether it is known which of all entries say only how far an action is. */
  knowsPolls = false;
  /** @type {Map<number, Entry>} */
  #kept = new Map();
  /** @type {Map<number, number>} milliseconds, by the number of the entry that closes a state */
  #tookMs = new Map();
  /** @type {number[]} ascending */
  #polls = [];
  /** @type {Opened | null} after the last entry */
  #opened = null;

  /** @param {number} seq */
  get(seq) {
    return this.#kept.get(seq);
  }

  /** @param {number} seq */
  tookMs(seq) {
    return this.#tookMs.get(seq);
  }

  /** Take in a page of the log. @param {Page} page */
  addPage(page) {
    const opened = this.#keep(page.entries, page.opened);
    const last = page.entries.at(-1)?.seq ?? 0;
    if (last >= this.total) this.#opened = opened;
    for (const entry of page.entries) this.#notePoll(entry);
    this.total = Math.max(this.total, last, page.last_seq);
    if (page.entries[0]?.seq === 1 && last === this.total) this.knowsPolls = true;
  }

  /**
   * Take in what has just happened; return how many entries are new. What is there already changes nothing.
   * @param {Entry[]} entries in order
   */
  addNews(entries) {
    const news = entries.filter(({ seq }) => seq > this.total);
    if (!news.length) return 0;
    const before = this.total;
    if (news[0].seq > before + 1) this.knowsPolls = false; // what is between comes when it is looked at
    this.#opened = this.#keep(news, news[0].seq === before + 1 ? this.#opened : null);
    for (const entry of news) this.#notePoll(entry);
    this.total = /** @type {Entry} */ (news.at(-1)).seq;
    return this.total - before;
  }

  /** @param {number[]} seqs the numbers of all progress entries so far @param {number} asOf */
  setPolls(seqs, asOf) {
    this.#polls = [...seqs, ...this.#polls.filter((seq) => seq > asOf)];
    this.knowsPolls = true;
  }

  /** Forget what is far from some place, when much is at hand. @param {number} seq */
  forgetFarFrom(seq) {
    if (this.#kept.size <= MOST_KEPT) return;
    for (const each of this.#kept.keys()) {
      if (Math.abs(each - seq) < MOST_KEPT / 3) continue;
      this.#kept.delete(each);
      this.#tookMs.delete(each);
    }
  }

  /** How many rows a list has. @param {boolean} withPolls */
  rows(withPolls) {
    return withPolls ? this.total : this.total - this.#polls.length;
  }

  /** The number of the entry in a row, counted from 0, oldest first. @param {number} row @param {boolean} withPolls */
  seqAt(row, withPolls) {
    if (withPolls) return row + 1;
    return row + 1 + count(this.#polls, (seq, before) => seq - 1 - before <= row);
  }

  /** The row of an entry; of one that is not shown, the row that follows. @param {number} seq @param {boolean} withPolls */
  rowOf(seq, withPolls) {
    return withPolls ? seq - 1 : seq - 1 - count(this.#polls, (poll) => poll < seq);
  }

  /** @param {number} seq */
  isPoll(seq) {
    return this.#polls[count(this.#polls, (poll) => poll < seq)] === seq;
  }

  /** @param {Entry} entry */
  #notePoll(entry) {
    if (entry.code !== POLLED || this.isPoll(entry.seq)) return;
    this.#polls.splice(count(this.#polls, (poll) => poll < entry.seq), 0, entry.seq);
  }

  /** @param {Entry[]} entries @param {Opened | null} opened @returns {Opened | null} */
  #keep(entries, opened) {
    for (const entry of entries) {
      this.#kept.set(entry.seq, entry);
      opened = this.#follow(entry, opened);
    }
    return opened;
  }

  /** @param {Entry} entry @param {Opened | null} opened @returns {Opened | null} */
  #follow(entry, opened) {
    const name = entry.details.state_name;
    if (!name || entry.code.startsWith("Flow")) return opened;
    if (entry.code.endsWith("Started")) return { time: entry.time, state_name: name };
    if (!opened || opened.state_name !== name || !/(Completed|Failed)$/.test(entry.code)) return opened;
    this.#tookMs.set(entry.seq, Date.parse(entry.time) - Date.parse(opened.time));
    return null;
  }
}

/**
 * How many of the first items hold; those that do stand before those that do not.
 * @param {number[]} items
 * @param {(item: number, index: number) => boolean} holds
 */
function count(items, holds) {
  let [from, to] = [0, items.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (holds(items[middle], middle)) from = middle + 1;
    else to = middle;
  }
  return from;
}
