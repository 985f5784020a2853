// @ts-check
// The detail of one visit of a state: asks the server for it, and shows it in tabs.
import { showTab } from "../site/tabs.js";
import { ask } from "./asking.js";
import { isLate, panelsOf } from "./detail_parts.js";
import { element, statusPill } from "./elements.js";

/** @typedef {import("./timeline.js").Visit} Visit */
/** @typedef {{name: string, type: string, provider?: string, ways?: {to: number, kind: string, words: string}[]}} State */
/**
 * @typedef {object} Shown
 * @property {State} state
 * @property {Visit | null} visit  null: the run has not come to it
 * @property {number} number       which visit of the state it is
 * @property {number} count        how many there are
 * @property {number | null} moment   as of which event; null: now
 * @property {{median: number, p90: number} | undefined} usual
 */

const QUIET_MS = 120;
const LATER_MS = 1500;
const AGAIN_MS = 3000;

export class Detail {
  /** @type {Shown | null} */
  #shown = null;
  /** @type {any} what the server told of the visit */
  #told = null;
  #text = "";
  #key = "";
  #timer = 0;
  #askedAt = 0;
  #drawn = "";

  /**
   * @param {HTMLElement} panel
   * @param {{address: string, onVisit: (by: number) => void, onClose: () => void, onTab: (tab: string) => void}} options
   *   address  of the run's visits, with a slash at its end
   */
  constructor(panel, options) {
    this.panel = panel;
    this.options = options;
    this.#part("close").addEventListener("click", options.onClose);
    for (const button of panel.querySelectorAll("[data-by]")) {
      button.addEventListener("click", () => options.onVisit(Number(button.getAttribute("data-by"))));
    }
    panel.addEventListener("tabs:show", () => {
      this.#draw();
      options.onTab(this.#tab());
    });
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** @param {string} name @returns {HTMLElement} */
  #part(name) {
    return /** @type {HTMLElement} */ (this.panel.querySelector(`[data-detail-${name}]`));
  }

  /** Escape closes the detail, wherever one is; not while one types, or something else is to be closed first. @param {KeyboardEvent} event */
  #pressed(event) {
    const isElsewhere = /** @type {Element} */ (event.target).closest("input:not([type=range]), textarea, select, dialog, details[data-menu][open]");
    if (event.key !== "Escape" || event.defaultPrevented || isElsewhere || !this.#shown) return;
    event.preventDefault();
    this.options.onClose();
  }

  /** @param {string} tab */
  choose(tab) {
    const button = document.getElementById(`detail-tab-${tab}`);
    if (button) showTab(button);
  }

  /** @param {Shown | null} shown null: no state is chosen */
  show(shown) {
    const isOther = shown?.state.name !== this.#shown?.state.name || shown?.visit?.first !== this.#shown?.visit?.first;
    this.#shown = shown;
    this.panel.hidden = shown === null;
    if (!shown) return;
    if (isOther) this.#forget();
    this.#head(shown);
    const { visit, moment } = shown;
    const key = visit ? `${visit.first} ${visit.last} ${visit.status} ${moment}` : "";
    if (key === this.#key) return this.#draw();
    this.#key = key;
    if (visit) this.#askSoon(isOther ? 0 : QUIET_MS);
    this.#draw();
  }

  #forget() {
    this.#told = null;
    this.#text = "";
    this.#key = "";
  }

  /** @param {Shown} shown */
  #head({ state, visit, number, count, moment }) {
    this.#part("name").textContent = state.name;
    this.#part("status").replaceChildren(visit ? statusPill(visit.status) : element("span", "muted small", "not reached"));
    const visits = this.#part("visits");
    visits.hidden = count < 2;
    this.#part("number").textContent = `Visit ${number.toLocaleString("en-GB")} of ${count.toLocaleString("en-GB")}`;
    for (const button of visits.querySelectorAll("button")) {
      button.disabled = button.getAttribute("data-by") === "-1" ? number <= 1 : number >= count;
    }
    this.#part("moment").hidden = moment === null;
    this.#part("moment").textContent = moment === null ? "" : `As it was at event ${moment.toLocaleString("en-GB")}.`;
  }

  /** @param {number} wait */
  #askSoon(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), wait);
  }

  async #ask() {
    const shown = this.#shown;
    if (!shown?.visit) return;
    const key = this.#key;
    this.#askedAt = Date.now();
    const query = shown.moment === null ? "" : `?as_of=${shown.moment}`;
    const answer = await ask(`${this.options.address}${shown.visit.first}.json${query}`);
    if (key !== this.#key) return;
    if (!answer?.ok) return this.#told === null ? this.#askSoon(AGAIN_MS) : undefined; // else the next event asks again
    const text = JSON.stringify(answer.body);
    if (text === this.#text) return;
    this.#text = text;
    this.#told = answer.body;
    this.#draw();
  }

  /** A second has passed: the provider may have been asked since. */
  tick() {
    const next = this.#told?.waiting?.next_look;
    const isDue = next && Date.now() > Math.max(Date.parse(next), this.#askedAt) + LATER_MS;
    if (isDue && this.#shown?.moment === null) void this.#ask();
    else this.#draw();
  }

  #tab() {
    return this.panel.querySelector("[role=tab][aria-selected=true]")?.id.replace("detail-tab-", "") ?? "summary";
  }

  /** Draw the tab that is shown, if it has changed: what is open in it stays open. */
  #draw() {
    const tab = this.#tab();
    const place = /** @type {HTMLElement} */ (document.getElementById(`detail-${tab}`));
    if (!this.#shown) return;
    const { state, visit, usual, number, count } = this.#shown;
    const drawn = JSON.stringify([tab, state.name, visit, usual, number, count, isLate(this.#shown)]) + this.#text;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    place.replaceChildren(...panelsOf(tab, this.#shown, this.#told));
  }
}
