// @ts-check
// Nothing is lost: conflicts are merged, others are seen, and this browser keeps what the server does not have.
import { LocalCopy } from "./local_copy.js";
import { mountMerge } from "./merge.js";
import { mountPresence } from "./presence.js";
import { followTheirs } from "./theirs.js";

const KEEP_MILLISECONDS = 400;
/** In the address: what was typed here before signing in is offered. */
export const KEPT = "kept";

/** @typedef {{definition: string, input_schema: string}} Texts */
/** @typedef {{from: number, to: number, insert: string}[]} Edits */
/**
 * @param {HTMLElement} root of the editor page
 * @param {{
 *   page: {definition: string, input_schema: string, flow: string | null, base: number},
 *   texts: () => Texts, title: () => string, onTitle: (title: string) => void, drafts: import("./drafts.js").Drafts,
 *   edit: (name: "definition" | "input_schema", edits: Edits) => void, state: () => string | undefined,
 *   take: (name: "definition" | "input_schema", edits: Edits) => void, onTaken: (draft: any) => void, address: string,
 * }} around
 */
export function mountTogether(root, { page, texts, title, onTitle, drafts, edit, take, onTaken, address, state }) {
  const strip = /** @type {HTMLElement} */ (root.querySelector("[data-local]"));
  const loaded = { definition: page.definition, input_schema: page.input_schema };
  const copyOfThis = () => new LocalCopy(localStorage, `${strip.dataset.user}:${page.flow ?? drafts.saved?.id ?? "new"}`);
  const keep = () => copy.keep({ ...texts(), title: title() });
  const isBrought = new URLSearchParams(location.search).has(KEPT);
  let copy = isBrought ? new LocalCopy(localStorage, "visitor:new") : copyOfThis();
  let found = copy.otherThan(loaded);
  if (!found) copy = copyOfThis();
  let timer = 0;

  const merge = mountMerge(/** @type {HTMLDialogElement} */ (document.querySelector("[data-merge]")), {
    address: document.querySelector("[data-merge]")?.getAttribute("data-address") ?? "",
    texts,
    onMerged: (edits, answer) => {
      for (const name of /** @type {const} */ (["definition", "input_schema"])) {
        if (edits[name].length) edit(name, edits[name]);
      }
      if (answer.base !== undefined) page.base = answer.base;
      if (answer.saved) drafts.takeUp(answer.saved);
      for (const place of root.querySelectorAll("[data-conflict], [data-behind], [data-newer]")) /** @type {HTMLElement} */ (place).hidden = true;
      drafts.changed();
    },
  });
  if (found) offer(strip, found.at);
  const follow = followTheirs({
    address, texts, drafts, take,
    isBusy: () => Boolean(found || document.querySelector("dialog[open]")),
    onTaken: (draft) => { page.base = draft.base; copy.drop(); onTaken(draft); },
  });
  mountPresence(root.querySelector("[data-presence]"), {
    flow: page.flow ?? "", state,
    onTold: ({ draft, version }) => { follow(draft); tellOfVersion(root, version, page.base); },
  });

  /** @param {boolean} isUsed */
  function decide(isUsed) {
    const held = found;
    found = null;
    strip.hidden = true;
    copy.drop();
    copy = copyOfThis();
    if (!isUsed || !held) return;
    if (held.title) onTitle(held.title);
    const now = texts();
    for (const name of /** @type {const} */ (["definition", "input_schema"])) {
      if (held[name] !== now[name]) edit(name, [{ from: 0, to: now[name].length, insert: held[name] }]);
    }
  }

  return {
    keep,
    changed() {
      clearTimeout(timer);
      timer = window.setTimeout(() => found || keep(), KEEP_MILLISECONDS);
    },
    /** The server has it, or nobody wants it. */
    saved() {
      clearTimeout(timer);
      if (found) return;
      copy.drop();
      copy = copyOfThis(); // what began as a new text has a draft of its own now
      if (drafts.isDirty) keep();
    },
    mergeDraft: () => merge.open({ flow: page.flow, draft: drafts.saved?.id, before: drafts.kept ?? loaded }),
    mergePublished: () => merge.open({ flow: page.flow, base: page.base }),
    useLocal: () => decide(true),
    dropLocal: () => decide(false),
  };
}

/**
 * @param {HTMLElement} root
 * @param {number} version that is published now
 * @param {number} base that this window's text goes on from
 */
function tellOfVersion(root, version, base) {
  const strip = /** @type {HTMLElement | null} */ (root.querySelector("[data-newer]"));
  if (!strip) return;
  strip.hidden = version <= base || Boolean(root.querySelector("[data-behind]:not([hidden])"));
  const place = strip.querySelector("[data-newer-number]");
  if (place) place.textContent = String(version);
}

/**
 * @param {HTMLElement} strip
 * @param {string} at
 */
function offer(strip, at) {
  const when = strip.querySelector("[data-local-at]");
  if (when) when.textContent = new Date(at).toLocaleString();
  strip.hidden = false;
}
