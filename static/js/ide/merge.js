// @ts-check
// The dialog in which two texts of one flow become one: by state, with a choice where both changed the same.
import { postJSON } from "../site.js";

/** @typedef {Record<"definition" | "input_schema", {from: number, to: number, insert: string}[]>} Edits */
/**
 * What to merge with: a draft that another window has saved, or a version that somebody has published.
 * @typedef {Record<string, unknown>} Wish
 */

/**
 * @param {HTMLDialogElement} dialog
 * @param {{
 *   address: string, texts: () => {definition: string, input_schema: string},
 *   onMerged: (edits: Edits, answer: any) => void,
 * }} options
 */
export function mountMerge(dialog, { address, texts, onMerged }) {
  const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
  const parts = /** @type {HTMLElement} */ (dialog.querySelector("[data-merge-parts]"));
  const error = /** @type {HTMLElement} */ (dialog.querySelector("[data-merge-error]"));
  /** @type {Wish} */
  let wish = {};
  /** @type {{definition: string, input_schema: string} | null} */
  let seen = null;

  /** @param {Record<string, Record<string, string>>} [choices] */
  async function ask(choices) {
    seen = texts();
    const reply = await postJSON(address, { ...seen, ...wish, choices }).catch(() => null);
    error.hidden = Boolean(reply?.ok);
    error.textContent = reply?.ok ? "" : reply?.body?.error?.detail ?? "The server cannot be reached. Nothing is lost; try again.";
    return reply?.ok ? reply.body : null;
  }

  /** @param {Wish} with_ */
  async function open(with_) {
    wish = with_;
    parts.replaceChildren();
    const answer = await ask();
    if (answer) parts.innerHTML = answer.html; // drawn and escaped by the server
    if (!dialog.open) dialog.showModal();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await ask(choicesIn(parts));
    if (!answer || !seen) return;
    const now = texts();
    if (now.definition !== seen.definition || now.input_schema !== seen.input_schema) return;
    dialog.close();
    onMerged(answer.edits, answer);
  });
  dialog.querySelector("[data-merge-later]")?.addEventListener("click", () => dialog.close());
  return { open };
}

/** @param {HTMLElement} parts */
function choicesIn(parts) {
  /** @type {Record<string, Record<string, string>>} */
  const choices = {};
  for (const part of parts.querySelectorAll("[data-part]")) {
    const chosen = /** @type {HTMLInputElement | null} */ (part.querySelector("input:checked"));
    const name = part.getAttribute("data-document") ?? "";
    if (chosen) (choices[name] ??= {})[part.getAttribute("data-part") ?? ""] = chosen.value;
  }
  return choices;
}
