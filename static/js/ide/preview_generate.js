// @ts-check
// Making the input schema from what the definition reads: what would come is shown before it comes.

/** @typedef {{path: string, types: string[], is_required: boolean}} Addition */

/**
 * @param {HTMLDialogElement} dialog
 * @param {{
 *   ask: () => Promise<{ok: boolean, body: any}>, say: import("../site/toasts.js").Say,
 *   apply: (edits: {from: number, to: number, insert: string}[]) => void, texts: () => unknown,
 * }} around
 * @returns {() => Promise<void>} shows the dialog
 */
export function mountGenerate(dialog, { ask, say, apply, texts }) {
  /** @type {{edits: any[], texts: string}} */
  let offered = { edits: [], texts: "" };
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "add") return;
    if (JSON.stringify(texts()) !== offered.texts) return say("The texts have changed meanwhile. Try again.", "warning");
    apply(offered.edits);
  });
  return async () => {
    const asked = JSON.stringify(texts());
    const reply = await ask().catch(() => null);
    if (!reply?.ok) return say(reply?.body?.error?.detail ?? "The server cannot be reached.", "warning");
    const { additions, edits } = reply.body;
    if (!edits.length) return say("The input schema has everything that the definition reads.");
    offered = { edits, texts: asked };
    show(dialog, additions);
  };
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {Addition[]} additions
 */
function show(dialog, additions) {
  const words = /** @type {HTMLElement} */ (dialog.querySelector("[data-generate-words]"));
  const count = additions.length === 1 ? "one property" : `${additions.length} properties`;
  words.textContent = additions.length
    ? `The definition reads ${count} that the schema does not have:`
    : "The definition reads nothing of its input, so the schema asks for nothing:";
  dialog.querySelector("[data-generate-list]")?.replaceChildren(...additions.map(row));
  dialog.returnValue = "";
  dialog.showModal();
  /** @type {HTMLElement | null} */ (dialog.querySelector("[data-generate-add]"))?.focus();
}

/** @param {Addition} addition */
function row({ path, types, is_required: isRequired }) {
  const row = document.createElement("li");
  const name = document.createElement("code");
  name.textContent = path;
  row.append(name, ` ${types.join(" or ") || "any value"}${isRequired ? ", required" : ""}`);
  return row;
}
