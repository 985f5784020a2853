// @ts-check
// What the editor understands of the text: every question goes to the server, with the texts as they stand.
import { postJSON, toast } from "../site.js";
import { showTab } from "../site/tabs.js";
import { completing } from "./completion.js";
import { mountDocs } from "./docs.js";
import { going } from "./goto.js";
import { hovering } from "./hover.js";
import { mountOutline } from "./outline.js";
import { mountRename } from "./rename.js";

/** @typedef {import("./problems.js").DocumentName} DocumentName */
/** @typedef {{ok: boolean, status: number, body: any}} Reply */

/**
 * @typedef {{
 *   post: (body: Record<string, unknown>) => Promise<Reply>,
 *   problem: (code: string) => Promise<any>,
 *   texts: () => {definition: string, input_schema: string},
 *   cursor: () => {name: DocumentName, position: number},
 *   onGo: (place: {document: DocumentName, from: number, to: number}) => void,
 *   onEdits: (name: DocumentName, edits: {from: number, to: number, insert: string}[]) => void,
 *   onDocs: () => void,
 *   say: (words: string) => void,
 * }} Options
 */

export class Understanding {
  /** @param {Options} options */
  constructor(options) {
    this.options = options;
  }

  /**
   * What makes a text understand.
   * @param {DocumentName} name
   */
  extensions(name) {
    const ask = (/** @type {string} */ what) => (/** @type {number} */ position) => this.#answer(what, name, position);
    return [
      completing(ask("complete")),
      hovering(ask("hover")),
      going((position, isAsked) => this.#go(name, position, isAsked)),
    ];
  }

  /** @param {ParentNode} root that holds the dialogs and the help */
  mount(root) {
    const { cursor, texts, onGo, onEdits, onDocs, problem, say } = this.options;
    const part = (/** @type {string} */ name) => /** @type {any} */ (root.querySelector(`[data-${name}]`));
    this.renaming = mountRename(part("rename"), {
      ask: (more) => this.#post("rename", cursor().name, cursor().position, more),
      onEdits: (edits) => onEdits("definition", edits),
    });
    this.symbols = mountOutline(part("outline"), ({ start, end }) => (
      onGo({ document: cursor().name, from: start, to: end })
    ));
    this.docs = mountDocs(part("docs-panel"), {
      ask: () => this.#answer("docs", cursor().name, cursor().position),
      texts, problem,
      onInsert: (edits) => onEdits(cursor().name, edits),
      onLate: () => say("The text has changed meanwhile. Try again when the help has followed."),
      onProblemOpened: onDocs,
    });
  }

  /** The cursor has moved: the help follows. */
  moved() {
    this.docs?.follow();
  }

  /** @param {string} code */
  explain(code) {
    this.docs?.showProblem(code);
  }

  async rename() {
    const { name, position } = this.options.cursor();
    const found = await this.#answer("rename", name, position);
    if (found) this.renaming?.open(found);
    else this.options.say("There is no state at the cursor to rename.");
  }

  async outline() {
    const { name, position } = this.options.cursor();
    const found = await this.#answer("outline", name, position);
    if (found) this.symbols?.open(found);
  }

  define() {
    const { name, position } = this.options.cursor();
    return this.#go(name, position, true);
  }

  /**
   * @param {DocumentName} name
   * @param {number} position
   * @param {boolean} isAsked by a key, and not by a click that may have missed
   */
  async #go(name, position, isAsked) {
    const place = await this.#answer("define", name, position);
    if (place) this.options.onGo(place);
    else if (isAsked) this.options.say("What is at the cursor is defined nowhere else.");
  }

  /**
   * @param {string} what
   * @param {DocumentName} name
   * @param {number} position
   */
  async #answer(what, name, position) {
    const reply = await this.#post(what, name, position);
    return reply.ok ? reply.body.answer : null;
  }

  /**
   * @param {string} what
   * @param {DocumentName} name
   * @param {number} position
   * @param {Record<string, unknown>} [more]
   * @returns {Promise<Reply>}
   */
  #post(what, name, position, more = {}) {
    const body = { ask: what, document: name, position, ...this.options.texts(), ...more };
    return this.options.post(body).catch(() => ({ ok: false, status: 0, body: null }));
  }
}

/**
 * The understanding of the page's texts.
 * @param {Document} page
 * @param {Pick<Options, "texts" | "cursor" | "onGo" | "onEdits"> & {flow: string | null}} options
 */
export function understandingOf(page, { flow, ...options }) {
  const { address = "", problem = "" } = /** @type {HTMLElement} */ (page.querySelector("[data-understanding]")).dataset;
  const understanding = new Understanding({
    ...options,
    post: (body) => postJSON(address, { ...body, flow }),
    problem: async (code) => {
      const reply = await fetch(problem.replace(/code$/, code));
      return reply.ok ? reply.json() : null;
    },
    onDocs: () => showTab(/** @type {HTMLElement} */ (page.querySelector("#tab-help"))),
    say: (words) => toast(words, "info"),
  });
  understanding.mount(page);
  return understanding;
}
