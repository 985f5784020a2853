// @ts-check
// The list of states, or of the schema's fields, to jump to: type to narrow it, Enter to go.
import { make } from "./card.js";

/** @typedef {{name: string, kind: string, level: number, start: number, end: number}} Symbol */

/**
 * @param {HTMLDialogElement} dialog
 * @param {(symbol: Symbol) => void} onGo
 */
export function mountOutline(dialog, onGo) {
  const field = /** @type {HTMLInputElement} */ (dialog.querySelector("input"));
  const list = /** @type {HTMLElement} */ (dialog.querySelector("[role=listbox]"));
  /** @type {Symbol[]} */
  let symbols = [];
  /** @type {Symbol[]} */
  let shown = [];
  let at = 0;

  function show() {
    shown = narrowed(symbols, field.value);
    at = Math.min(at, Math.max(0, shown.length - 1));
    list.replaceChildren(...shown.map((symbol, index) => row(symbol, index === at)));
    if (!shown.length) list.append(make("p", "muted outline__none", "Nothing has such a name."));
    field.setAttribute("aria-activedescendant", shown.length ? `symbol-${at}` : "");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }

  /**
   * @param {Symbol} symbol
   * @param {boolean} isChosen
   */
  function row(symbol, isChosen) {
    const element = make("div", "outline__row");
    element.setAttribute("role", "option");
    element.id = `symbol-${shown.indexOf(symbol)}`;
    element.setAttribute("aria-selected", String(isChosen));
    element.dataset.level = String(Math.min(symbol.level, 5));
    element.append(make("span", "", symbol.name), make("span", "muted", symbol.kind));
    element.addEventListener("click", () => go(symbol));
    return element;
  }

  /** @param {Symbol | undefined} symbol */
  function go(symbol) {
    if (!symbol) return;
    dialog.close();
    onGo(symbol);
  }

  field.addEventListener("input", () => { at = 0; show(); });
  field.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") go(shown[at]);
    if (!by && event.key !== "Enter") return;
    event.preventDefault();
    at = shown.length ? (at + (by ?? 0) + shown.length) % shown.length : 0;
    if (by) show();
  });

  /** @param {Symbol[]} found */
  function open(found) {
    [symbols, at, field.value] = [found, 0, ""];
    dialog.showModal();
    show();
    field.focus();
  }
  return { open };
}

/**
 * The symbols whose names hold what was typed, those that begin with it first.
 * @param {Symbol[]} symbols
 * @param {string} typed
 */
export function narrowed(symbols, typed) {
  const wanted = typed.trim().toLowerCase();
  const found = symbols.filter(({ name }) => name.toLowerCase().includes(wanted));
  const begins = (/** @type {Symbol} */ { name }) => Number(!name.toLowerCase().startsWith(wanted));
  return wanted ? found.sort((a, b) => begins(a) - begins(b)) : found;
}
