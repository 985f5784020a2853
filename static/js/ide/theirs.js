// @ts-check
// What somebody else has saved of a shared draft comes into this window, while nothing here waits to be saved.

/** @typedef {{definition: string, input_schema: string}} Texts */
/** @typedef {{from: number, to: number, insert: string}} Change */

/**
 * The one change that makes a text another one, as small as it can be; none where they are the same. Pure.
 * @param {string} old
 * @param {string} fresh
 * @returns {Change[]}
 */
export function difference(old, fresh) {
  if (old === fresh) return [];
  const most = Math.min(old.length, fresh.length);
  let head = 0;
  while (head < most && old[head] === fresh[head]) head += 1;
  let tail = 0;
  while (tail < most - head && old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]) tail += 1;
  return [{ from: head, to: old.length - tail, insert: fresh.slice(head, fresh.length - tail) }];
}

/**
 * @param {{
 *   address: string, texts: () => Texts, drafts: import("./drafts.js").Drafts, isBusy: () => boolean,
 *   take: (name: keyof Texts, edits: Change[]) => void, onTaken: (draft: any) => void,
 * }} options address: where drafts are; isBusy: something else is being decided
 */
export function followTheirs({ address, texts, drafts, isBusy, take, onTaken }) {
  const isNew = (/** @type {import("./drafts.js").Saved} */ draft) => (
    !drafts.isDirty && !drafts.isBlocked && !isBusy()
    && (draft.id !== drafts.saved?.id || draft.revision > drafts.saved.revision)
  );

  return async (/** @type {import("./drafts.js").Saved | null} */ told) => {
    if (!told || !isNew(told)) return;
    const reply = await fetch(`${address}/${told.id}`).catch(() => null);
    const draft = reply?.ok ? await reply.json() : null;
    if (!draft || !isNew(draft)) return;
    const { definition, input_schema } = draft;
    const mine = texts();
    for (const name of /** @type {const} */ (["definition", "input_schema"])) {
      const edits = difference(mine[name], draft[name]);
      if (edits.length) take(name, edits);
    }
    drafts.takeUp(draft, { definition, input_schema });
    onTaken(draft);
  };
}
