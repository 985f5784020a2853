// @ts-check
import { element } from "./elements.js";

/** Cancelling cannot be taken back: ask once. Without a script the button cancels at once. */
export function confirmCancel() {
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-action=cancel]"));
  form?.addEventListener("submit", (event) => {
    if (form.dataset.sure) return;
    event.preventDefault();
    ask(form);
  });
}

/** @param {HTMLFormElement} form */
function ask(form) {
  const dialog = /** @type {HTMLDialogElement} */ (element("dialog", "dialog"));
  dialog.setAttribute("aria-labelledby", "cancel-title");
  const title = element("h2", "", "Cancel this run?");
  title.id = "cancel-title";
  const words = element("p", "", "The state that it is in is asked to stop. What it has done so far stays done.");
  const actions = element("form", "dialog__actions");
  actions.setAttribute("method", "dialog");
  const keep = element("button", "button", "Let it go on");
  const stop = element("button", "button button--danger", "Cancel the run");
  stop.setAttribute("value", "cancel");
  actions.append(keep, stop);
  dialog.append(title, words, actions);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (dialog.returnValue !== "cancel") return;
    form.dataset.sure = "yes";
    form.requestSubmit();
  });
  document.body.append(dialog);
  dialog.showModal();
}
