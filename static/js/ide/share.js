// @ts-check
// Links that carry the text itself, as the Flows IDE writes them.
import { copy } from "../site/copying.js";

const FLOWS_IDE = "https://globus.github.io/flows-ide";
export const USUAL_MOST = 8000; // characters of an address that most servers take

/**
 * @param {string} address of the page that reads such links
 * @param {{definition: string, input_schema: string}} texts
 */
export async function shareLink(address, { definition, input_schema }) {
  const link = new URL(address);
  link.searchParams.set("d", await packed(definition));
  if (input_schema.trim()) link.searchParams.set("s", await packed(input_schema));
  link.searchParams.set("format", "gzip");
  return link.href;
}

/** @param {string} text */
async function packed(text) {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/**
 * Show the links, to be copied.
 * @param {HTMLDialogElement} dialog
 * @param {string} address
 * @param {{definition: string, input_schema: string}} texts
 */
export async function showShare(dialog, address, texts) {
  const [own, theirs] = dialog.querySelectorAll("input");
  own.value = await shareLink(address, texts);
  theirs.value = await shareLink(FLOWS_IDE, texts);
  /** @type {HTMLAnchorElement} */ (dialog.querySelector("[data-open-theirs]")).href = theirs.value;
  /** @type {HTMLElement} */ (dialog.querySelector("[data-long-link]")).hidden = own.value.length <= USUAL_MOST;
  dialog.showModal();
  own.select();
}

/**
 * Let the copy buttons beside the links work.
 * @param {HTMLDialogElement} dialog
 */
export function mountShare(dialog) {
  dialog.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-copy]");
    const field = button?.parentElement?.querySelector("input");
    if (!field) return;
    field.select();
    void copy(field.value, "The link is copied.");
  });
}
