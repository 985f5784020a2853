// @ts-check
// What leads into the editor and out of it, and the form that the input schema makes.
import { postJSON, toast } from "../site.js";
import { addCommand } from "../site/palette.js";
import { mountImport } from "./exchange.js";
import { mountExport } from "./exchange_out.js";
import { mountPreview } from "./preview.js";
import { mountGenerate } from "./preview_generate.js";

/** @typedef {"definition" | "input_schema"} Name */
/** @typedef {{from: number, to: number, insert: string}} Change */
/**
 * @typedef {{
 *   texts: () => {definition: string, input_schema: string}, title: () => string, flow: string | null,
 *   addresses: Record<string, string>, edit: (name: Name, edits: Change[]) => void,
 *   onTitle: (title: string) => void, share: () => void,
 * }} Around
 */

/**
 * @param {HTMLElement} root
 * @param {Around} around
 */
export function mountInAndOut(root, around) {
  const { texts, title, flow, addresses, edit } = around;
  const preview = mountPreview(part("[data-preview]"), {
    schema: () => texts().input_schema,
    ask: (body) => postJSON(addresses.preview, body),
  });
  const generate = mountGenerate(dialog("[data-generate]"), {
    ask: () => postJSON(addresses.schema, texts()),
    say: toast, texts,
    apply: (edits) => {
      edit("input_schema", edits);
      toast("The schema asks for what the definition reads. Ctrl-Z takes it back.");
    },
  });
  const open = mountImport(root, dialog("[data-import]"), {
    read: (text, name) => postJSON(addresses.import, { text, name }),
    say: toast,
    onBrought: (found) => put(found, around),
  });
  const takeOut = mountExport(dialog("[data-export]"), {
    texts, title, say: toast,
    code: () => postJSON(addresses.code, { ...texts(), title: title(), flow }),
  });
  const actions = { open, export: takeOut, generate };
  addCommand("Open (import) a file, text or share link…", open);
  addCommand("Export: files, Python, Globus CLI…", takeOut);
  addCommand("Generate the input schema from the definition…", generate);
  addCommand("Share this text by a link…", around.share);
  for (const tab of root.querySelectorAll("[role=tab]")) addCommand(`Show ${named(tab)}`, () => /** @type {HTMLElement} */ (tab).click());
  return { actions, follow: () => preview.follow() };
}

/** @param {Element} tab */
function named(tab) {
  return (tab.firstChild?.textContent ?? "").trim().toLowerCase();
}

/** @param {string} selector */
function part(selector) {
  return /** @type {HTMLElement} */ (document.querySelector(selector));
}

/** @param {string} selector */
function dialog(selector) {
  return /** @type {HTMLDialogElement} */ (document.querySelector(selector));
}

/**
 * Put what was brought in place of what is there.
 * @param {import("./exchange.js").Brought} found
 * @param {Around} around
 */
function put(found, { texts, edit, onTitle }) {
  const before = texts();
  for (const name of /** @type {Name[]} */ (["input_schema", "definition"])) {
    const text = found[name];
    const end = before[name].length;
    if (text !== null && text !== before[name]) edit(name, [{ from: 0, to: end, insert: text }]);
  }
  if (found.title) onTitle(found.title);
  toast(`${found.note || "Opened."} Ctrl-Z takes it back.`);
}
