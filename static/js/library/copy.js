// @ts-check
// Buttons that copy: [data-copy="text"] copies the text, [data-copy-from="id"] what an element shows.
import { toast } from "../site/toasts.js";

/** @param {HTMLElement} button */
function textOf(button) {
  const source = document.getElementById(button.dataset.copyFrom ?? "");
  return source ? source.textContent ?? "" : button.dataset.copy ?? "";
}

/** @param {MouseEvent} event */
async function copy(event) {
  const button = event.target instanceof Element ? event.target.closest("[data-copy], [data-copy-from]") : null;
  if (!(button instanceof HTMLElement)) return;
  try {
    await navigator.clipboard.writeText(textOf(button).trim());
    toast("Copied.");
  } catch {
    // Without https a browser gives no clipboard: the text can be marked by hand.
    toast("The browser did not allow copying. Mark the text and copy it yourself.", "warning");
  }
}

document.addEventListener("click", (event) => void copy(event));
