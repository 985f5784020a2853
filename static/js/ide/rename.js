// @ts-check
// The dialog that gives a state another name everywhere, and what it writes as well if one wants.

/** @typedef {{state: string, uses: number, place: string, place_uses: number, why_not: string}} Renamable */
/** @typedef {{from: number, to: number, insert: string}} Edit */

/**
 * @param {HTMLDialogElement} dialog
 * @param {{
 *   ask: (more: Record<string, unknown>) => Promise<{ok: boolean, body: any}>,
 *   onEdits: (edits: Edit[]) => void,
 * }} options
 */
export function mountRename(dialog, { ask, onEdits }) {
  const part = (/** @type {string} */ name) => /** @type {any} */ (dialog.querySelector(`[data-rename-${name}]`));
  const [name, also, place, error] = ["name", "also", "place", "error"].map(part);

  dialog.querySelector("form")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const reply = await ask({ to: name.value.trim(), place: also.checked ? place.value.trim() : "" });
    if (reply.ok && reply.body.answer) {
      dialog.close();
      onEdits(reply.body.answer.edits);
      return;
    }
    error.textContent = reply.body?.error?.detail ?? "The server cannot be reached. Try again.";
    error.hidden = false;
  });
  dialog.querySelector("[data-rename-cancel]")?.addEventListener("click", () => dialog.close());
  also.addEventListener("change", () => { place.disabled = !also.checked; });

  /** @param {Renamable} found */
  function open(found) {
    name.value = found.state;
    part("uses").textContent = counted(found.uses);
    part("result").hidden = !found.place;
    part("before").textContent = `$.${found.place}`;
    part("place-uses").textContent = found.why_not || counted(found.place_uses);
    also.checked = false;
    also.disabled = Boolean(found.why_not);
    place.disabled = true;
    place.value = found.place;
    error.hidden = true;
    dialog.showModal();
    name.select();
  }
  return { open };
}

/** @param {number} uses */
function counted(uses) {
  return uses === 1 ? "1 place names it; it changes too." : `${uses} places name it; they change too.`;
}
