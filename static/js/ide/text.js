// @ts-check
// One text of the flow in a CodeMirror editor.
import {
  basicSetup, EditorState, EditorView, foldedRanges, indentUnit, indentWithTab, isolateHistory, json, keymap,
  lintGutter, setDiagnostics, Transaction, unfoldEffect,
} from "../../vendor/codemirror.js";
import { placeholders } from "./placeholders.js";
import { theme } from "./theme.js";

/** @typedef {{from: number, to: number, insert: string}} Change */

/**
 * @param {HTMLElement} element
 * @param {{
 *   text: string, label: string, extensions?: any[], onChange: (changes: any) => void, onCursor: (position: number) => void,
 * }} options
 */
export function mountText(element, { text, label, extensions: more = [], onChange, onCursor }) {
  const told = EditorView.updateListener.of((/** @type {any} */ update) => {
    if (update.docChanged) onChange(update.changes);
    if (update.selectionSet || update.docChanged) onCursor(update.state.selection.main.head);
  });
  const extensions = [
    more, basicSetup, json(), lintGutter(), keymap.of([indentWithTab]), indentUnit.of("  "), EditorState.tabSize.of(2),
    EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", tabindex: "0" }), theme, told, nonce(), placeholders,
  ];
  return new EditorView({ doc: text, extensions, parent: element });
}

/** A strict Content-Security-Policy lets in only styles that carry the page's nonce. */
function nonce() {
  const value = document.querySelector("meta[name=csp-nonce]")?.getAttribute("content");
  return value ? EditorView.cspNonce.of(value) : [];
}

/**
 * Bring a place into sight, unfolded, with the cursor on it.
 * @param {any} view
 * @param {number} from
 * @param {{to?: number, focus?: boolean}} [options] to: select up to there
 */
export function showPlace(view, from, { to = from, focus = false } = {}) {
  const end = view.state.doc.length;
  const [anchor, head] = [Math.min(to, end), Math.min(from, end)];
  view.dispatch({
    selection: { anchor, head },
    effects: [...unfolding(view, head), EditorView.scrollIntoView(head, { y: "center" })],
  });
  if (focus) view.focus();
}

/**
 * @param {any} view
 * @param {number} position
 */
function unfolding(view, position) {
  /** @type {any[]} */
  const effects = [];
  foldedRanges(view.state).between(position, position, (/** @type {number} */ from, /** @type {number} */ to) => {
    effects.push(unfoldEffect.of({ from, to }));
  });
  return effects;
}

/**
 * Change the text as one step that undo takes back.
 * @param {any} view
 * @param {Change[]} changes
 */
export function change(view, changes) {
  view.dispatch({ changes, annotations: isolateHistory.of("full"), userEvent: "input", scrollIntoView: true });
}

/**
 * Change the text as somebody else has changed it: one's own undo leaves that alone.
 * @param {any} view
 * @param {Change[]} changes
 */
export function changeUnseen(view, changes) {
  view.dispatch({ changes, annotations: Transaction.addToHistory.of(false) });
}

/**
 * Underline problems.
 * @param {any} view
 * @param {any[]} diagnostics
 */
export function mark(view, diagnostics) {
  view.dispatch(setDiagnostics(view.state, diagnostics));
}
