// @ts-check
// One state by itself: its parameters first; it is called only when a person says so, and then watched.
import { postJSON } from "../site.js";

const LOOK_MILLISECONDS = 1000;
const MOST_LOOKS = 600;

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
    const wish = button.dataset.stateDo === "call"
      ? { do: "call", request: crypto.randomUUID?.() ?? String(Math.random()).slice(2) }
      : { do: "cancel", action: this.action };
    this.#watch(await this.#ask(wish), MOST_LOOKS);
  }

  /**
   * Look at what was called until it is over.
   * @param {any} reply
   * @param {number} looks
   */
  #watch(reply, looks) {
    this.action = reply?.action;
    if (!this.action || !looks) return;
    const asked = this.#asked;
    setTimeout(async () => {
      if (asked !== this.#asked) return;
      this.#watch(await this.#ask({ do: "look", action: this.action }), looks - 1);
    }, LOOK_MILLISECONDS);
  }
}
