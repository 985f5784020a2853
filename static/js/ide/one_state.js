// @ts-check
// One state by itself: its parameters first; it is called only when a person says so, and then watched.
import { postJSON } from "../site.js";

const LOOK_MILLISECONDS = 1000;
const MOST_LOOKS = 600;
const SERVERS_FAULT = 500;

/**
 * @param {HTMLElement} panel
 * @param {{
 *   address: string, body: () => Record<string, unknown>,
 *   around: {states: () => {index: number, name: string, type: string}[], diagram: () => any},
 * }} options
 */
export function mountOneState(panel, options) {
  return new OneState(panel, options);
}

class OneState {
  #asked = 0;
  /** Names the call that is offered: asked for again, when no answer came, it is not done twice. */
  #request = "";
  /** What was called and is not over. @type {string | null} */
  #action = null;

  /**
   * @param {HTMLElement} panel
   * @param {Parameters<typeof mountOneState>[1]} options
   */
  constructor(panel, { address, body, around }) {
    this.address = address;
    this.body = body;
    this.around = around;
    const part = (/** @type {string} */ name) => /** @type {any} */ (panel.querySelector(`[data-state-${name}]`));
    this.parts = {
      form: part("form"), name: part("name"), source: part("source"), typed: part("typed"), data: part("data"),
      error: part("error"), answer: part("answer"),
    };
    const { form, source, answer } = this.parts;
    form.addEventListener("submit", (/** @type {Event} */ event) => { event.preventDefault(); this.#show(); });
    source.addEventListener("change", () => { this.parts.typed.hidden = source.value !== "typed"; });
    answer.addEventListener("change", (/** @type {Event} */ event) => this.#sure(event));
    answer.addEventListener("click", (/** @type {Event} */ event) => this.#click(event));
  }

  /** Offer the states of the text as it is now; the chosen one stays chosen. */
  offer() {
    const { name } = this.parts;
    const names = this.around.states().map((state) => state.name);
    if (names.join("\n") === [...name.options].map((option) => option.value).join("\n")) return;
    const before = name.value;
    name.replaceChildren(...names.map((each) => new Option(each, each, false, each === before)));
  }

  /** @param {string} name */
  choose(name) {
    this.offer();
    this.parts.name.value = name;
    this.parts.form.scrollIntoView({ block: "start" });
    this.parts.source.focus();
  }

  #wish() {
    const { name, source, data } = this.parts;
    const isTyped = source.value === "typed";
    return { ...this.body(), state: name.value, data: isTyped ? data.value : "", data_run: isTyped ? "" : source.value };
  }

  async #show() {
    this.wish = this.#wish();
    this.#request = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
    this.#action = null;
    const reply = await this.#ask({});
    if (!reply || this.parts.source.value === "typed") return;
    this.parts.data.value = reply.data;
  }

  /** @param {Record<string, unknown>} more */
  async #ask(more) {
    const asked = ++this.#asked;
    const reply = await postJSON(this.address, { ...this.wish, ...more }).catch(() => null);
    if (asked !== this.#asked) return null;
    const { error, answer } = this.parts;
    error.hidden = Boolean(reply?.ok);
    error.textContent = reply?.ok ? "" : reply?.body?.error?.detail ?? "The server cannot be reached. Try again.";
    if (reply && reply.status < SERVERS_FAULT) this.#action = reply.body?.action ?? null;
    if (!reply?.ok) return null;
    answer.innerHTML = reply.body.html; // drawn and escaped by the server
    return reply.body;
  }

  /** @param {Event} event */
  #sure(event) {
    const box = /** @type {HTMLInputElement} */ (event.target);
    const button = this.parts.answer.querySelector("[data-state-do=call]");
    if (box.matches("[data-state-sure]") && button) button.disabled = !box.checked;
  }

  /** @param {Event} event */
  async #click(event) {
    const button = /** @type {Element} */ (event.target).closest("[data-state-do]");
    if (!(button instanceof HTMLButtonElement)) return;
    button.disabled = true;
    const isCall = button.dataset.stateDo === "call";
    await this.#ask(isCall ? { do: "call", request: this.#request } : { do: "cancel", action: this.#action });
    button.disabled = false;
    this.#watch(MOST_LOOKS);
  }

  /**
   * Look at what was called until it is over, or something else is asked.
   * @param {number} looks
   */
  #watch(looks) {
    const asked = this.#asked;
    if (!this.#action || !looks) return;
    setTimeout(async () => {
      if (asked !== this.#asked) return;
      await this.#ask({ do: "look", action: this.#action });
      if (asked + 1 === this.#asked) this.#watch(looks - 1);
    }, LOOK_MILLISECONDS);
  }
}
