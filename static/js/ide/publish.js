// @ts-check
// The dialog that makes the text a version of a flow.

/** @typedef {{ok: boolean, status: number, body: any}} Reply */

/**
 * @param {HTMLDialogElement} dialog
 * @param {{
 *   title: () => string,
 *   send: (fields: Record<string, unknown>) => Promise<Reply>,
 *   onProblems: (answer: any) => void,
 *   onPublished: (published: any) => void,
 *   onMerge: () => void,
 * }} options onMerge: somebody has published since
 */
export function mountPublish(dialog, { title, send, onProblems, onPublished, onMerge }) {
  const form = /** @type {HTMLFormElement} */ (dialog.querySelector("[data-publish-form]"));
  const error = /** @type {HTMLElement} */ (dialog.querySelector("[data-publish-error]"));
  const submit = /** @type {HTMLButtonElement} */ (dialog.querySelector("[data-publish-submit]"));
  const merge = /** @type {HTMLButtonElement} */ (dialog.querySelector("[data-publish-merge]"));
  let isForced = false;

  function open() {
    const field = /** @type {HTMLInputElement | null} */ (form.elements.namedItem("title"));
    if (field && !field.value) field.value = title();
    error.hidden = merge.hidden = true;
    isForced = false;
    submit.textContent = "Publish";
    dialog.showModal();
  }

  /** @param {Reply | null} reply */
  function refuse(reply) {
    const { detail, message } = reply?.body?.error ?? {};
    isForced = reply?.status === 409;
    submit.textContent = isForced ? "Publish over it" : "Publish";
    error.textContent = words(detail) ?? message ?? "The server cannot be reached. Try again.";
    error.hidden = false;
    merge.hidden = !isForced;
    if (isForced) merge.focus();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    const fields = Object.fromEntries(new FormData(form));
    const reply = await send({ ...fields, force: isForced }).catch(() => null);
    submit.disabled = false;
    if (reply?.ok) return succeed(dialog, reply.body, onPublished);
    if (!reply?.body?.problems) return refuse(reply);
    dialog.close();
    onProblems(reply.body);
  });
  merge.addEventListener("click", () => { dialog.close(); onMerge(); });
  dialog.querySelector("[data-publish-cancel]")?.addEventListener("click", () => dialog.close());
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !form.hidden) form.requestSubmit();
  });
  return { open };
}

/** @param {unknown} detail */
function words(detail) {
  if (typeof detail === "string") return detail;
  if (!Array.isArray(detail)) return undefined;
  return detail.map(({ loc, msg }) => `${loc.join(".")}: ${msg}`).join(" ");
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {any} published
 * @param {(published: any) => void} onPublished
 */
function succeed(dialog, published, onPublished) {
  const part = (/** @type {string} */ name) => /** @type {any} */ (dialog.querySelector(`[data-${name}]`));
  part("publish-form").hidden = true;
  part("published").hidden = false;
  part("published-heading").textContent = `Published as version ${published.number}`;
  part("published-text").textContent = `“${published.title}” is in the library. New runs take this version.`;
  warn(part("published-scenarios"), published.scenarios ?? []);
  part("published-edit").href = published.edit;
  part("published-flow").href = published.address;
  part("published-start").href = published.start;
  part("published-start").focus();
  dialog.addEventListener("close", () => location.assign(published.edit));
  onPublished(published);
}

/**
 * Say which of the kept dry runs go another way now.
 * @param {HTMLElement} place
 * @param {{name: string, is_kept: boolean, words: string}[]} scenarios
 */
function warn(place, scenarios) {
  const other = scenarios.filter(({ is_kept }) => !is_kept);
  place.hidden = !other.length;
  const told = other.map(({ name, words }) => `“${name}”: ${words}`).join(" ");
  place.textContent = other.length ? `${other.length} of ${scenarios.length} scenarios go another way now. ${told}` : "";
}
