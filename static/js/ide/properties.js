// @ts-check
// The form of the chosen state's fields. What is changed in it becomes an edit of the text; undo takes it back.
import { change } from "./text.js";

const QUIET_MILLISECONDS = 250;

export class Properties {
  #name = "";
  #text = "";
  #shape = "";
  #asked = 0;
  #isSending = false;
  /** What was done in the form while a change of it was on its way. @type {string | null} */
  #waiting = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {HTMLElement} panel
   * @param {{
   *   view: any, ask: (body: Record<string, unknown>) => Promise<{ok: boolean, body: any}>,
   *   say: import("../site/toasts.js").Say,
   * }} around
   */
  constructor(panel, around) {
    this.panel = panel;
    this.around = around;
    panel.addEventListener("change", () => this.#send(""));
    panel.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send(/** @type {HTMLButtonElement | null} */ (event.submitter)?.value ?? "");
    });
  }

  /**
   * Show a state, unless its form is in use or not in sight.
   * @param {string | undefined} name
   */
  show(name) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#show(name ?? ""), QUIET_MILLISECONDS);
  }

  /** @param {string} name */
  async #show(name) {
    const asked = ++this.#asked;
    const text = this.around.view.state.doc.toString();
    const isInUse = this.panel.contains(document.activeElement) && name === this.#name;
    if (this.panel.hidden || isInUse || (name === this.#name && text === this.#text)) return;
    if (!name) return this.#say("Choose a state in the diagram, or put the cursor into one.");
    const reply = await this.around.ask({ definition: text, state: name }).catch(() => null);
    if (asked !== this.#asked) return;
    this.#name = name;
    this.#text = text;
    if (reply?.ok) this.#redraw(reply.body);
    else this.#say(reply?.body?.error?.detail ?? "The server cannot be reached.");
  }

  /** @param {string} words */
  #say(words) {
    this.#name = "";
    const note = document.createElement("p");
    note.className = "muted";
    note.textContent = words;
    this.panel.replaceChildren(note);
  }

  /**
   * Put what the form holds into the text: one change after the other, each into what the one before has left.
   * @param {string} action of one of the form's own buttons; "" for a change
   */
  async #send(action) {
    this.#waiting = action || (this.#waiting ?? "");
    if (this.#isSending) return;
    this.#isSending = true;
    while (this.#waiting !== null) {
      const next = this.#waiting;
      this.#waiting = null;
      await this.#sendOne(next);
    }
    this.#isSending = false;
  }

  /** @param {string} action */
  async #sendOne(action) {
    const form = this.panel.querySelector("form");
    if (!form) return;
    const { view, ask, say } = this.around;
    const [before, name] = [view.state.doc, this.#name];
    const pairs = [...new FormData(form)].filter(([, value]) => typeof value === "string");
    const reply = await ask({ definition: before.toString(), state: name, pairs, action }).catch(() => null);
    if (!reply?.ok) return say(reply?.body?.error?.detail ?? "The server cannot be reached. Nothing was changed.", "warning");
    if (view.state.doc !== before) return say("The text has changed meanwhile, so nothing was done. Try again.", "warning");
    if (reply.body.edits.length) change(view, reply.body.edits);
    if (name !== this.#name || this.#waiting !== null) return;
    this.#text = view.state.doc.toString();
    const hasErrors = /field__error[^>]*>[^<]/.test(reply.body.html);
    if (action || hasErrors || reply.body.shape !== this.#shape) this.#redraw(reply.body);
  }

  /** @param {{html: string, shape: string}} form */
  #redraw({ html, shape }) {
    this.#shape = shape;
    const focused = document.activeElement?.id;
    this.panel.innerHTML = html;
    if (focused) document.getElementById(focused)?.focus();
  }
}
