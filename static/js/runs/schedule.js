// @ts-check
// Schedules: the reader's own time zone is offered, and deleting is asked for once. All works without.

/** @param {ParentNode} [root] */
export function offerZone(root = document) {
  for (const field of root.querySelectorAll("input[name='when-zone']")) {
    const input = /** @type {HTMLInputElement} */ (field);
    if (!input.value) input.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  }
}

/** @param {SubmitEvent} event */
function askOnce(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const question = form.dataset.sure;
  if (question && !confirm(question)) event.preventDefault();
}

offerZone();
document.addEventListener("htmx:load", (event) => offerZone(/** @type {ParentNode} */ (event.target)));
document.addEventListener("submit", askOnce);
