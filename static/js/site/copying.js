// @ts-check
// Copying a text for the person. Without https a browser gives no clipboard: then it can be marked by hand.
import { toast } from "./toasts.js";

/**
 * Copy a text, and say so.
 * @param {string} text
 * @param {string} [done] what is said when it is copied
 */
export async function copy(text, done = "Copied.") {
  if (await isCopied(text)) toast(done);
}

/**
 * Copy a text, and say only what to do where that is not possible.
 * @param {string} text
 */
export async function isCopied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    toast("The browser did not allow copying. Mark the text and copy it yourself.", "warning");
    return false;
  }
}
