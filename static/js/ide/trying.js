// @ts-check
// The Test tab: a dry run of the whole flow, walked step by step on the diagram; scenarios; one state by itself.
import { postJSON } from "../site.js";
import { mountOneState } from "./one_state.js";
import { mountScenarios } from "./scenarios.js";
import { marksUpTo } from "./walk.js";

/** @typedef {import("./walk.js").Mark} Mark */
/**
 * @typedef {{
 *   texts: () => {definition: string, input_schema: string}, flow: string | null, draft: () => string | undefined,
 *   keepDraft: () => Promise<unknown>, diagram: () => any, states: () => {index: number, name: string, type: string}[],
 *   show: (panel: HTMLElement) => void,
 * }} Surroundings
 */

/**
 * @param {HTMLElement | null} panel none for a visitor
 * @param {Surroundings} around
 */
export function mountTrying(panel, around) {
  return panel ? new Trying(panel, around) : { answered: () => {} };
}

class Trying {
  /** @type {Mark[]} */
  #marks = [];
  #at = 0;
  /** @type {Record<string, {kind: string, details: unknown}>} */
  #standIns = {};
  #hasRun = false;
  #asked = 0;

  /**
   * @param {HTMLElement} panel
   * @param {Surroundings} around
   */
  constructor(panel, around) {
    this.panel = panel;
    this.around = around;
    this.form = /** @type {HTMLFormElement} */ (panel.querySelector("[data-try-form]"));
    this.scenarios = mountScenarios(panel, {
      address: this.form.dataset.scenarios ?? "",
      body: async () => {
        if (!around.flow) await around.keepDraft(); // a scenario of a new flow is kept with its draft
        return this.#body();
      },
    });
    this.state = mountOneState(panel, { address: this.form.dataset.oneState ?? "", body: () => this.#body(), around });
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.run(); });
    this.form.addEventListener("click", (event) => this.#click(event));
    this.#part("[data-try-results]").addEventListener("change", () => { this.#standIns = {}; this.run(); });
    panel.addEventListener("tabs:show", () => this.#open());
    document.addEventListener("ide:test", (event) => this.#test(/** @type {CustomEvent} */ (event).detail));
  }

  /** @param {string} selector @returns {any} */
  #part(selector) {
    return this.panel.querySelector(selector);
  }

  get #isShown() {
    return !this.panel.hidden;
  }

  /** The text has been checked: what is shown must be about this text. @param {any} answer */
  answered(answer) {
    this.state.offer();
    if (!answer.diagram || !this.#hasRun) return;
    if (this.#isShown) this.run();
    else this.#clear();
  }

  #open() {
    const diagram = document.getElementById("panel-diagram");
    if (diagram) diagram.hidden = false; // what is tried is shown there
    this.state.offer();
    if (!this.#isLoaded) this.#load();
  }

  #isLoaded = false;

  async #load() {
    this.#isLoaded = true;
    const reply = await postJSON(this.form.dataset.pastRuns ?? "", { flow: this.around.flow }).catch(() => null);
    this.#isLoaded = Boolean(reply?.ok);
    this.#say(reply?.ok ? "" : "The past runs could not be fetched. Open the tab again.");
    if (!reply?.ok) return;
    for (const run of reply.body.runs) {
      const words = `${run.label || run.id.slice(0, 8)}, ${run.status.toLowerCase()}, ${new Date(run.at).toLocaleString()}`;
      this.#part("[data-try-results]").append(new Option(`Run ${words}`, run.id));
      this.#part("[data-state-source]").append(new Option(`run ${words}`, run.id));
    }
    const input = this.#part("[data-try-input]");
    if (reply.body.sample && input.value === "{}") input.value = JSON.stringify(reply.body.sample, null, 2);
    if (this.around.flow || this.around.draft()) this.scenarios.refresh();
    else this.scenarios.show([]);
  }

  /** @param {string} name of a state */
  #test(name) {
    this.around.show(this.panel);
    this.state.choose(name);
  }

  #body() {
    return {
      ...this.around.texts(), flow: this.around.flow, draft: this.around.flow ? undefined : this.around.draft(),
      input: this.#part("[data-try-input]").value, run: this.#part("[data-try-results]").value, stand_ins: this.#standIns,
    };
  }

  async run() {
    const asked = ++this.#asked;
    const reply = await postJSON(this.form.dataset.dryRun ?? "", this.#body()).catch(() => null);
    if (asked !== this.#asked) return;
    this.#hasRun = true;
    if (!reply?.ok) return this.#say(reply?.body?.error?.detail ?? "The server cannot be reached. Try again.");
    this.#say("");
    this.#marks = reply.body.marks;
    const open = this.#opened();
    this.#part("[data-try-answer]").innerHTML = reply.body.html; // drawn and escaped by the server
    this.#reopen(open);
    this.#part("[data-try-clear]").hidden = false;
    this.scenarios.show(reply.body.scenarios);
    this.#show(this.#marks.length);
  }

  /** The states whose step is unfolded, to stay so when the same is run again. */
  #opened() {
    return new Set([...this.panel.querySelectorAll("[data-step]:has(> details[open])")].map((item) => item.querySelector(".status")?.textContent));
  }

  /** @param {Set<string | null | undefined>} names */
  #reopen(names) {
    for (const item of this.panel.querySelectorAll("[data-step]")) {
      /** @type {HTMLDetailsElement} */ (item.querySelector("details")).open = names.has(item.querySelector(".status")?.textContent);
    }
  }

  /** @param {string} words */
  #say(words) {
    const place = this.#part("[data-try-error]");
    place.textContent = words;
    place.hidden = !words;
  }

  /** @param {Event} event */
  #click(event) {
    const button = /** @type {Element} */ (event.target).closest("button");
    if (!button) return;
    if (button.dataset.stepBy) this.#step(Number(button.dataset.stepBy));
    if ("standInApply" in button.dataset) this.#standIn(/** @type {HTMLElement} */ (button.closest("[data-stand-in]")));
    if ("tryClear" in button.dataset) this.#clear();
  }

  /** @param {number} by 0: the whole path */
  #step(by) {
    const from = by && this.#at === this.#marks.length && by > 0 ? 0 : this.#at;
    this.#show(by ? Math.min(Math.max(from + by, 1), this.#marks.length) : this.#marks.length);
    const item = this.panel.querySelector(`[data-step="${this.#at - 1}"]`);
    if (!by || !item) return;
    /** @type {HTMLDetailsElement} */ (item.querySelector("details")).open = true;
    item.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} at how many steps have been made */
  #show(at) {
    this.#at = at;
    const { statuses, edges } = marksUpTo(this.#marks, at);
    this.around.diagram().mark(statuses, edges);
    for (const item of this.panel.querySelectorAll("[data-step]")) {
      const isCurrent = item.getAttribute("data-step") === String(at - 1);
      if (isCurrent) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    }
  }

  #clear() {
    this.#hasRun = false;
    this.#marks = [];
    this.around.diagram().mark({}, []);
    this.#part("[data-try-answer]").replaceChildren();
    this.#part("[data-try-clear]").hidden = true;
  }

  /** @param {HTMLElement} place */
  #standIn(place) {
    const kind = /** @type {HTMLSelectElement} */ (place.querySelector("[data-stand-in-kind]")).value;
    const field = /** @type {HTMLTextAreaElement} */ (place.querySelector("[data-stand-in-details]"));
    try {
      this.#standIns[place.dataset.standIn ?? ""] = { kind, details: JSON.parse(field.value || "null") };
    } catch {
      field.setAttribute("aria-invalid", "true");
      return this.#say(`The details of “${place.dataset.standIn}” are not JSON. Mend them, or leave them empty.`);
    }
    return this.run();
  }
}
