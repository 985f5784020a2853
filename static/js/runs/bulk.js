// @ts-check
// The page that starts many runs: pickers of people, and one click that starts one batch.
import { mountPickers } from "../start/picker.js";

mountPickers(document);
document.addEventListener("htmx:load", (event) => mountPickers(/** @type {ParentNode} */ (event.target)));
document.addEventListener("submit", onSubmit);
addEventListener("pageshow", () => {
  const form = /** @type {HTMLElement | null} */ (document.querySelector("[data-bulk]"));
  delete form?.dataset.sent;
});

/** @param {SubmitEvent} event */
function onSubmit(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!form.matches("[data-bulk]") || event.submitter?.getAttribute("value") !== "start") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  event.submitter.setAttribute("aria-disabled", "true");
}
