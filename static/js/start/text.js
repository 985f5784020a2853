// @ts-check
// The Advanced tab: the input as JSON in an editor; the server says what is wrong and what may stand at the cursor.
import { csrfToken } from "../site.js";

const QUIET_MILLISECONDS = 150;

/** The editor is loaded only where it is wanted: it is large. @param {ParentNode} root */
export async function mountJson(root) {
  const area = /** @type {HTMLTextAreaElement | null} */ (root.querySelector("textarea[data-input-text]"));
  if (!area || area.dataset.mounted) return;
  area.dataset.mounted = "yes";
  const [{ mountText, mark }, { autocompletion, jsonLanguage, StateEffect }] = await Promise.all([
    import("../ide/text.js"), import("../../vendor/codemirror.js"),
  ]);
  if (!area.isConnected) return;
  const place = document.createElement("div");
  place.className = "start__editor";
  area.after(place);
  area.hidden = true;
  let timer = 0;
  const check = async () => {
    const text = view.state.doc.toString();
    const answer = await ask(area, "problems", text);
    if (!answer || view.state.doc.toString() !== text) return;
    mark(view, answer.problems.map((/** @type {any} */ one) => marked(one, text.length)));
    show(area, answer.problems, view.state.doc);
  };
  const view = mountText(place, {
    text: area.value,
    label: "Input as JSON",
    onChange: () => {
      area.value = view.state.doc.toString();
      clearTimeout(timer);
      timer = window.setTimeout(check, QUIET_MILLISECONDS);
    },
    onCursor: () => {},
  });
  const autocomplete = (/** @type {any} */ context) => complete(area, context);
  view.dispatch({ effects: StateEffect.appendConfig.of([autocompletion(), jsonLanguage.data.of({ autocomplete })]) });
  check();
}

/**
 * @param {{from: number, to: number, message: string}} one
 * @param {number} length
 */
function marked({ from, to, message }, length) {
  return { from: Math.min(from, length), to: Math.min(Math.max(from, to), length), severity: "error", message };
}

/**
 * @param {HTMLTextAreaElement} area
 * @param {any} context
 */
async function complete(area, context) {
  const word = context.matchBefore(/[{[,:\s]\s*|"[^"]*|[\w.-]+/);
  if (!context.explicit && (!word || !/["\w]/.test(word.text))) return null;
  const answer = await ask(area, "complete", context.state.sliceDoc(0, context.pos));
  if (!answer?.options.length || context.aborted) return null;
  const { state, pos } = context;
  const isQuoted = state.sliceDoc(answer.from, answer.from + 1) === '"' && state.sliceDoc(pos, pos + 1) === '"';
  const options = fitting(answer.options, state.sliceDoc(answer.from, pos));
  // The editor closes quotes by itself: what it closed is replaced too.
  return { from: answer.from, to: pos + Number(isQuoted), options, filter: false };
}

/**
 * @param {{label: string}[]} options
 * @param {string} typed
 */
function fitting(options, typed) {
  const words = typed.replaceAll('"', "").trim().toLowerCase();
  return options.filter((one) => one.label.replaceAll('"', "").toLowerCase().includes(words));
}

/**
 * @param {HTMLTextAreaElement} area
 * @param {string} what
 * @param {string} text
 */
async function ask(area, what, text) {
  const address = area.form?.dataset.check?.replace(/check$/, what) ?? "";
  const body = new URLSearchParams({ text });
  try {
    const response = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": csrfToken() } });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

/**
 * @param {HTMLTextAreaElement} area
 * @param {{from: number, message: string}[]} problems
 * @param {any} lines the editor's document
 */
function show(area, problems, lines) {
  const place = document.getElementById("start-text-error");
  if (!place) return;
  const [first] = [...problems].sort((a, b) => a.from - b.from);
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  place.textContent = first ? `Line ${lines.lineAt(Math.min(first.from, lines.length)).number}: ${first.message}${more}` : "";
  area.toggleAttribute("aria-invalid", problems.length > 0);
}
