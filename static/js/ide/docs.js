// @ts-check
// The help that follows the cursor: what is there, which fields may stand beside it, examples to put in.
import { copy } from "../site/copying.js";
import { cardElement, make } from "./card.js";

const QUIET_MILLISECONDS = 200;

/**
 * @param {HTMLElement} panel
 * @param {{
 *   ask: () => Promise<any>, texts: () => unknown,
 *   problem: (code: string) => Promise<any>,
 *   onInsert: (edits: import("./rename.js").Edit[]) => void, onLate: () => void,
 *   onProblemOpened: () => void,
 * }} options onLate: the text has changed since the example was shown
 */
export function mountDocs(panel, { ask, texts, problem, onInsert, onLate, onProblemOpened }) {
  const place = /** @type {HTMLElement} */ (panel.querySelector("[data-docs]"));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let isPinned = false;
  let shown = "";
  /** The texts that the edits of the examples are of. */
  let about = "";

  function follow() {
    clearTimeout(timer);
    if (panel.hidden) return;
    timer = setTimeout(async () => {
      if (isPinned) { isPinned = false; return; }
      const asked = JSON.stringify(texts());
      const page = await ask().catch(() => null);
      if (!page) return;
      about = asked;
      show(page);
    }, QUIET_MILLISECONDS);
  }

  /** @param {any} page */
  function show(page) {
    const key = JSON.stringify(page);
    if (key === shown) return;
    shown = key;
    place.replaceChildren(
      ...page.cards.map((/** @type {any} */ card) => cardElement(card, "know know--page")),
      ...examples(page.examples),
      fields(page.fieldsTitle, page.fields),
    );
  }

  /** @param {any[]} found */
  function examples(found) {
    if (!found.length) return [];
    return [make("h3", "", "Examples"), ...found.map(example)];
  }

  /** @param {{title: string, text: string, edits: any[]}} one */
  function example({ title, text, edits }) {
    const element = make("div", "example");
    const button = /** @type {HTMLButtonElement} */ (make("button", "button button--small", edits.length ? "Insert" : "Copy"));
    button.type = "button";
    button.setAttribute("aria-label", `${edits.length ? "Insert" : "Copy"}: ${title}`);
    button.addEventListener("click", () => {
      if (edits.length) return about === JSON.stringify(texts()) ? onInsert(edits) : onLate();
      return void copy(text, "The example is copied.");
    });
    element.append(make("p", "example__title", title), make("pre", "example__text", text), button);
    return element;
  }

  /** @param {string} code */
  async function showProblem(code) {
    const page = await problem(code).catch(() => null);
    if (!page) return;
    clearTimeout(timer);
    isPinned = true;
    shown = "";
    onProblemOpened();
    place.replaceChildren(
      cardElement({ title: page.title, badge: page.severity, text: page.text }, "know know--page"),
      make("h3", "", "Wrong"), make("pre", "example__text", page.wrong),
      make("h3", "", "Right"), make("pre", "example__text", page.right),
      make("p", "muted", `Code: ${page.code}`),
    );
    place.scrollIntoView({ block: "start" });
  }

  panel.addEventListener("tabs:show", follow);
  return { follow, showProblem };
}

/**
 * @param {string} title
 * @param {[string, string, string][]} rows
 */
function fields(title, rows) {
  const element = make("section");
  const list = make("dl", "fields");
  for (const [name, text, badge] of rows) {
    const term = make("dt");
    term.append(make("code", "", name));
    if (badge) term.append(" ", make("span", "badge", badge));
    list.append(term, make("dd", "", text));
  }
  element.append(make("h3", "", title), list);
  return element;
}
