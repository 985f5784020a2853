// @ts-check
// Words in the whole log: how many entries hold them, and from one to the next. The server looks, in all of it.
import { addShortcut } from "../site.js";
import { showTab } from "../site/tabs.js";
import { ask } from "./asking.js";
import { highlight } from "./highlight.js";

/** @typedef {{seq: number, rank: number}} Hit  an entry that holds the words, and the how many-th of these it is */
/** @typedef {{total: number, next: Hit | null, previous: Hit | null, as_of: number}} Hits  as seen from some entry */

const QUIET_MS = 250;
const RENEW_MS = 2000;

export class Search {
  #q = "";
  /** @type {Hits | null} */
  #hits = null;
  #at = 0;
  #timer = 0;
  #turn = Promise.resolve();

  /**
   * @param {HTMLElement} form
   * @param {{search: string, file: string}} addresses
   * @param {import("./event_log.js").EventLog} log
   */
  constructor(form, addresses, log) {
    this.form = form;
    this.addresses = addresses;
    this.log = log;
    this.field = /** @type {HTMLInputElement} */ (form.querySelector("input"));
    this.field.addEventListener("input", () => this.#soon(QUIET_MS));
    form.addEventListener("submit", (event) => this.#submitted(/** @type {SubmitEvent} */ (event)));
    form.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("keydown", (event) => this.#find(event));
    addShortcut("Ctrl-F", "Search the whole log; pressed twice, the browser's own search");
  }

  /** There are new entries: count again, soon. */
  renew() {
    if (this.#q && !this.#timer) this.#soon(RENEW_MS);
  }

  /** Rows have come or gone. */
  mark() {
    highlight(this.log.list.list, this.#hits?.total ? this.#q : "");
  }

  /** Go to the next entry that holds the words, or with -1 to the one before, as the list has them. @param {number} by */
  go(by) {
    const step = () => this.#go(by);
    this.#turn = this.#turn.then(step, step); // quick keys: one after the other
    return this.#turn;
  }

  /** @param {number} by */
  async #go(by) {
    if (this.field.value.trim() !== this.#q || !this.#hits) await this.#look();
    const isForwards = this.log.view.isNewestFirst ? by < 0 : by > 0;
    const hit = isForwards ? this.#hits?.next : this.#hits?.previous;
    if (!hit || !this.#hits) return;
    this.#at = hit.seq;
    this.#say(this.#hits, this.log.view.isNewestFirst ? this.#hits.total - hit.rank + 1 : hit.rank);
    this.log.list.setHit(hit.seq);
    const around = this.#ask(this.#q, hit.seq);
    await this.log.reveal(hit.seq, { isOpen: true });
    this.#hits = (await around) ?? this.#hits;
    this.mark();
  }

  /** @param {number} wait */
  #soon(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), wait);
  }

  /** Ask anew. An answer to what is no longer in the field is left aside. */
  async #look() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const q = this.field.value.trim();
    if (q !== this.#q) this.log.list.setHit((this.#at = 0));
    this.#q = q;
    const hits = q ? await this.#ask(q, this.#at) : null;
    if (q !== this.field.value.trim()) return;
    this.#hits = hits;
    if (!q) this.#write("");
    else if (hits && !this.#at) this.#say(hits, 0);
    this.mark();
  }

  /** @param {string} q @param {number} after @returns {Promise<Hits | null>} */
  async #ask(q, after) {
    const answer = await ask(`${this.addresses.search}?${new URLSearchParams({ q, after: String(after) })}`);
    if (answer?.ok) return answer.body;
    this.#write(answer?.body?.error?.detail ?? "The site does not answer. Try once more.");
    return null;
  }

  /** @param {Hits} hits @param {number} place the how many-th of them is shown; 0 for none */
  #say(hits, place) {
    const [total, all] = [hits.total, hits.as_of].map((number) => number.toLocaleString("en-GB"));
    if (!hits.total) return this.#write(`Nothing found in all ${all} entries`);
    this.#write(place ? `${place.toLocaleString("en-GB")} of ${total}` : `${total} of ${all} entries`);
    this.#enable(true);
    for (const link of this.form.querySelectorAll("a[data-format]")) {
      const wanted = new URLSearchParams({ format: link.getAttribute("data-format") ?? "", q: this.#q });
      link.setAttribute("href", `${this.addresses.file}?${wanted}`);
    }
  }

  /** @param {string} text */
  #write(text) {
    const place = this.form.querySelector("output");
    if (place && place.textContent !== text) place.textContent = text;
    this.#enable(false);
  }

  /** @param {boolean} isFound */
  #enable(isFound) {
    for (const button of this.form.querySelectorAll("button")) button.disabled = !isFound;
    this.form.querySelector("[data-found]")?.toggleAttribute("hidden", !isFound);
  }

  /** @param {SubmitEvent} event */
  #submitted(event) {
    event.preventDefault();
    void this.go(event.submitter?.getAttribute("value") === "previous" ? -1 : 1);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.target !== this.field) return;
    if (event.key === "Enter") {
      event.preventDefault(); // else the browser presses the first button of the form
      void this.go(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape") {
      this.field.blur(); // what was typed stays
    }
  }

  /** @param {KeyboardEvent} event */
  #find(event) {
    const isFind = event.key.toLowerCase() === "f" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
    if (!isFind || document.activeElement === this.field || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    const isInSight = this.field.getClientRects().length > 0;
    const panel = this.form.closest("[hidden]");
    const tab = panel && !isInSight ? document.querySelector(`[role=tab][aria-controls="${panel.id}"]`) : null;
    if (tab instanceof HTMLElement) showTab(tab);
    this.field.focus();
    this.field.select();
  }
}
