// @ts-check
// The list follows the runs: statuses change in place, new runs come in at the top or wait behind a pill.
import { showTimes } from "../site.js";
import { newRuns, pause, plan } from "./list_plan.js";

/**
 * @param {HTMLElement} place the frame of the rows, or what stands there while there are none
 * @param {() => void} onChange called when rows have come, gone or changed
 */
export function mountLive(place, onChange) {
  new ListLive(place, onChange).start();
}

class ListLive {
  /** @param {HTMLElement} place @param {() => void} onChange */
  constructor(place, onChange) {
    this.place = place;
    this.onChange = onChange;
    this.quiet = 0;
    this.isLooking = false;
    this.isWanted = false; // the reader has asked to see what is new
    this.isLost = false;
    this.seenAt = new Date();
    this.timer = 0;
    this.pill = /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-new]"));
  }

  start() {
    this.pill?.addEventListener("click", () => void this.showAll());
    document.addEventListener("visibilitychange", () => document.hidden || void this.look());
    this.again();
  }

  again() {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.look(), pause(this.quiet));
  }

  /** A hidden tab asks nothing; it catches up when it is looked at. */
  async look() {
    if (document.hidden || this.isLooking) return;
    this.isLooking = true;
    const answer = await this.ask();
    this.isLooking = false;
    if (answer) this.take(answer);
    this.tellConnection(answer !== null);
    this.again();
  }

  async ask() {
    const shown = this.rows().map((row) => `&shown=${row.dataset.run}`).join("");
    const address = this.place.dataset.live ?? "";
    const query = `${address.includes("?") ? "" : "?"}${shown}&per_page=${this.place.dataset.perPage ?? "20"}`;
    try {
      const response = await fetch(address + query, { headers: { Accept: "text/html" } });
      if (!response.ok || response.redirected) return null;
      return new DOMParser().parseFromString(await response.text(), "text/html");
    } catch {
      return null;
    }
  }

  rows() {
    return /** @type {HTMLElement[]} */ ([...this.place.querySelectorAll("tbody tr[data-run]")]);
  }

  isCalm() {
    const form = this.place.closest("form");
    return !this.place.matches(":hover") && !form?.contains(document.activeElement) && !form?.querySelector("[data-tick]:checked");
  }

  /** @param {Document} fresh */
  take(fresh) {
    const found = rowsOf(fresh, "data-found");
    const others = rowsOf(fresh, "data-others");
    const onPage = this.rows().map((row) => row.dataset.run ?? "");
    const most = Number(this.place.dataset.perPage ?? 20);
    const isFirst = this.place.hasAttribute("data-first");
    const made = plan(onPage, [...found.keys()], { isCalm: this.isWanted || this.isCalm(), isFirst, most });
    this.isWanted = false;
    if (onPage.length === 0 && made.shown.length > 0) return location.reload(); // the page has no table yet
    const changed = this.update(new Map([...found, ...others]), made.left);
    this.order(made.shown, found);
    this.showPill(made.waiting);
    this.tell(fresh.querySelector("[data-state]")?.textContent ?? "");
    this.quiet = changed || made.added.length ? 0 : this.quiet + 1;
    if (changed || made.added.length) this.onChange();
  }

  /** Change rows where they stand. @param {Map<string, HTMLElement>} fresh @param {string[]} left */
  update(fresh, left) {
    let changed = false;
    for (const row of this.rows()) {
      const now = fresh.get(row.dataset.run ?? "");
      row.classList.toggle("is-left", left.includes(row.dataset.run ?? ""));
      if (!now || now.dataset.version === row.dataset.version) continue;
      changed = true;
      replaceCells(row, now);
    }
    return changed;
  }

  /** @param {string[]} shown @param {Map<string, HTMLElement>} found */
  order(shown, found) {
    const body = this.place.querySelector("tbody");
    const rows = new Map(this.rows().map((row) => [row.dataset.run ?? "", row]));
    if (!body || (shown.length === rows.size && shown.every((id) => rows.has(id)))) return;
    for (const [id, row] of rows) if (!shown.includes(id)) row.remove();
    for (const id of shown) {
      const row = rows.get(id) ?? document.adoptNode(/** @type {HTMLElement} */ (found.get(id)));
      if (!rows.has(id)) row.classList.add("is-new");
      body.append(row);
    }
    showTimes(body);
  }

  /** @param {number} waiting */
  showPill(waiting) {
    if (!this.pill) return;
    this.pill.hidden = waiting === 0;
    this.pill.textContent = newRuns(waiting);
  }

  /** The reader wants to see what is new; the focus goes along, as its button goes away. */
  async showAll() {
    this.isWanted = true;
    await this.look();
    /** @type {HTMLElement | null} */ (this.place.querySelector("tbody a"))?.focus();
  }

  /** @param {string} text */
  tell(text) {
    const state = document.querySelector("[data-list-state]");
    if (state && state.textContent !== text) state.textContent = text;
  }

  /** @param {boolean} isThere */
  tellConnection(isThere) {
    if (isThere) this.seenAt = new Date();
    else if (!this.isLost) this.tell(`The site does not answer. What is shown is of ${this.seenAt.toLocaleTimeString("en-GB")}.`);
    this.isLost = !isThere;
  }
}

/** @param {Document} fresh @param {string} name @returns {Map<string, HTMLElement>} */
function rowsOf(fresh, name) {
  const rows = /** @type {NodeListOf<HTMLElement>} */ (fresh.querySelectorAll(`[${name}] tr[data-run]`));
  return new Map([...rows].map((row) => [row.dataset.run ?? "", row]));
}

/** All cells but the one with the tick. @param {HTMLElement} row @param {HTMLElement} fresh */
function replaceCells(row, fresh) {
  const cells = [...row.children];
  for (const [at, cell] of [...fresh.children].entries()) {
    if (at > 0 && cells[at].innerHTML !== cell.innerHTML) cells[at].replaceWith(document.importNode(cell, true));
  }
  row.dataset.version = fresh.dataset.version;
  row.classList.remove("is-changed");
  requestAnimationFrame(() => row.classList.add("is-changed"));
  showTimes(row);
}
