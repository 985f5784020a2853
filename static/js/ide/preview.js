// @ts-check
// The start form that the input schema makes, as it is being written. The server draws it, as on the start page.

const QUIET_MILLISECONDS = 250;
// The property form beside it may have fields of the same names.
const PREFIX = "preview-";
const REFERRING = ["id", "for", "list", "aria-describedby", "aria-labelledby", "aria-controls"];

/** @typedef {{html: string, shape: string, input: string, errors: Record<string, string>, told: string[], fault?: string}} Answer */

/**
 * @param {HTMLElement} element
 * @param {{schema: () => string, ask: (body: Record<string, unknown>) => Promise<{ok: boolean, body: any}>}} options
 */
export function mountPreview(element, options) {
  return new Preview(element, options);
}

class Preview {
  #schema = /** @type {string | null} */ (null);
  #shape = "";
  #asked = 0;
  /** @type {Set<string>} */
  #touched = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {HTMLElement} element
   * @param {{schema: () => string, ask: (body: Record<string, unknown>) => Promise<{ok: boolean, body: any}>}} options
   */
  constructor(element, { schema, ask }) {
    this.element = element;
    this.schema = schema;
    this.ask = ask;
    this.form = /** @type {HTMLFormElement} */ (this.#part("form"));
    this.form.addEventListener("change", (event) => this.#changed(/** @type {Element} */ (event.target)));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send(/** @type {HTMLButtonElement | null} */ (event.submitter)?.value ?? "");
    });
  }

  /** The schema may have changed. The form follows while it is in sight. */
  follow() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#follow(), QUIET_MILLISECONDS);
  }

  #follow() {
    if (this.element.closest("[hidden]") || this.schema() === this.#schema) return;
    this.#send("", { isNew: true });
  }

  /** @param {string} name */
  #part(name) {
    return /** @type {HTMLElement} */ (this.element.querySelector(`[data-preview-${name}]`));
  }

  /** @param {Element} control */
  #changed(control) {
    const field = control.closest(".field, .cell, .group");
    if (field) this.#touched.add(field.id);
    this.#send("");
  }

  /**
   * @param {string} action of one of the form's buttons
   * @param {{isNew?: boolean}} [how] isNew: the schema is another one
   */
  async #send(action, { isNew = false } = {}) {
    const asked = (this.#asked += 1);
    const schema = this.schema();
    const pairs = this.#shape ? [...new FormData(this.form)].filter(([, value]) => typeof value === "string") : null;
    const reply = await this.ask({ input_schema: schema, pairs, action }).catch(() => null);
    if (asked !== this.#asked) return;
    if (!reply?.ok) return this.#fault(reply?.body?.error?.detail ?? "The server cannot be reached. The form is as it was.");
    this.#schema = schema;
    if (reply.body.fault) return this.#fault(`${reply.body.fault} The form below is of the last schema that had one.`);
    this.#show(reply.body, isNew || Boolean(action));
  }

  /** @param {string} words */
  #fault(words) {
    const note = this.#part("fault");
    note.hidden = !words;
    note.textContent = words;
    this.form.classList.toggle("is-stale", Boolean(words));
    if (words && !this.#shape) this.form.replaceChildren();
  }

  /**
   * @param {Answer} answer
   * @param {boolean} isFresh
   */
  #show(answer, isFresh) {
    this.#fault("");
    if (isFresh || answer.shape !== this.#shape) this.#redraw(answer.html);
    this.#shape = answer.shape;
    for (const message of this.form.querySelectorAll(".field__error")) {
      const id = message.id.slice(PREFIX.length).replace(/-error$/, "");
      if (this.#touched.has(PREFIX + id)) say(message, answer.errors[id] ?? "");
    }
    this.#part("input").textContent = answer.input;
    this.#part("told").textContent = answer.told.length
      ? `Not taken yet: ${answer.told.join(" ")}`
      : "A run would take this input.";
  }

  /** @param {string} html */
  #redraw(html) {
    const focused = document.activeElement?.id;
    const template = document.createElement("template");
    template.innerHTML = html;
    rename(template.content);
    this.form.replaceChildren(template.content);
    mountFields(this.form);
    if (focused?.startsWith(PREFIX)) document.getElementById(focused)?.focus();
  }
}

/**
 * Pickers and the like come with the first form: the editor does without them until then.
 * @param {HTMLElement} form
 */
async function mountFields(form) {
  const [collection, picker, controls] = await Promise.all([
    import("../start/collection.js"), import("../start/picker.js"), import("../start/controls.js"),
  ]);
  collection.mountCollections(form);
  picker.mountPickers(form);
  controls.mountControls(form);
}

/** @param {DocumentFragment} fragment */
function rename(fragment) {
  for (const name of REFERRING) {
    for (const element of fragment.querySelectorAll(`[${name}]`)) {
      const ids = (element.getAttribute(name) ?? "").split(" ").filter(Boolean);
      element.setAttribute(name, ids.map((id) => PREFIX + id).join(" "));
    }
  }
  for (const element of fragment.querySelectorAll("[autofocus]")) element.removeAttribute("autofocus");
}

/**
 * @param {Element} message
 * @param {string} words
 */
function say(message, words) {
  message.textContent = words;
  const control = document.getElementById(message.id.replace(/-error$/, "-input"));
  if (words) control?.setAttribute("aria-invalid", "true");
  else control?.removeAttribute("aria-invalid");
}
