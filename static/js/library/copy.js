// @ts-check
// Buttons that copy: [data-copy="text"] copies the text, [data-copy-from="id"] what an element shows.
import { copy } from "../site/copying.js";

/** @param {HTMLElement} button */
function textOf(button) {
  const source = document.getElementById(button.dataset.copyFrom ?? "");
  return source ? source.textContent ?? "" : button.dataset.copy ?? "";
}

/** @param {MouseEvent} event */
function copyAsked(event) {
  const button = event.target instanceof Element ? event.target.closest("[data-copy], [data-copy-from]") : null;
  if (!(button instanceof HTMLElement)) return;
  void copy(textOf(button).trim());
}

document.addEventListener("click", copyAsked);
