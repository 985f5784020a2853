// @ts-check
// Taking a flow out of the editor: as files, as a program, as commands.
import { copy } from "../site/copying.js";

/** @typedef {{definition: string, input_schema: string}} Texts */
/** @typedef {{name: string, title: string, text: string, note: string}} Snippet */

/**
 * @param {HTMLDialogElement} dialog
 * @param {{
 *   texts: () => Texts, title: () => string, say: import("../site/toasts.js").Say,
 *   code: () => Promise<{ok: boolean, body: any}>,
 * }} around
 * @returns {() => Promise<void>} shows the dialog
 */
export function mountExport(dialog, { texts, title, say, code }) {
  const choice = /** @type {HTMLSelectElement} */ (dialog.querySelector("select"));
  const shown = /** @type {HTMLElement} */ (dialog.querySelector("[data-code]"));
  const note = /** @type {HTMLElement} */ (dialog.querySelector("[data-code-note]"));
  /** @type {Snippet[]} */
  let snippets = [];
  const show = () => {
    const found = snippets.find(({ name }) => name === choice.value);
    shown.textContent = found?.text ?? "";
    if (found) note.textContent = found.note;
  };
  choice.addEventListener("change", show);
  dialog.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-download], [data-code-copy]");
    if (!(button instanceof HTMLElement)) return;
    if (button.dataset.download) download(button.dataset.download, texts(), title(), say);
    else copy(shown.textContent ?? "");
  });
  return async () => {
    const reply = await code().catch(() => null);
    snippets = reply?.ok ? reply.body.snippets : [];
    choice.disabled = !snippets.length;
    show();
    if (!snippets.length) note.textContent = reply?.body?.error?.detail ?? "The server cannot be reached, so there is no code.";
    dialog.showModal();
  };
}

/**
 * @param {string} what
 * @param {Texts} texts
 * @param {string} title
 * @param {import("../site/toasts.js").Say} say
 */
function download(what, texts, title, say) {
  if (what !== "both") return save(`${what}.json`, texts[/** @type {keyof Texts} */ (what)]);
  const text = together(texts, title);
  if (!text) return say("Only sound JSON goes into one file. Mend the marked places, or take the texts one by one.", "warning");
  save(`${plain(title)}.json`, text);
}

/**
 * One document with both texts in it, as they were written; null where one of them is not JSON.
 * @param {Texts} texts
 * @param {string} title
 */
export function together({ definition, input_schema: written }, title) {
  const schema = written.trim() ? written : "{}";
  try {
    JSON.parse(definition);
    JSON.parse(schema);
  } catch {
    return null;
  }
  const members = [["title", JSON.stringify(title || "Untitled flow")], ["definition", definition.trim()], ["input_schema", schema.trim()]];
  return `{\n${members.map(([name, text]) => `"${name}": ${text}`).join(",\n")}\n}\n`;
}

/** @param {string} title */
function plain(title) {
  return title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "flow";
}

/**
 * @param {string} name
 * @param {string} text
 */
function save(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href));
}
