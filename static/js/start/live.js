// @ts-check
// While somebody fills in the form: the server is asked about each field that was left, and what it answers is shown.
import { morph } from "./morph.js";

/** @type {AbortController | null} */
let running = null;

/** @param {(root: ParentNode) => void} mount makes new pieces of the form work */
export function mountLive(mount) {
  document.addEventListener("change", (event) => {
    const field = fieldOf(/** @type {Element} */ (event.target));
    if (field) check(field, mount);
  });
  document.addEventListener("htmx:beforeSwap", (event) => keepShapes(/** @type {CustomEvent} */ (event).detail.target));
  document.addEventListener("htmx:afterSettle", (event) => checkOthers(/** @type {CustomEvent} */ (event).detail.target.id, mount));
  document.addEventListener("input", (event) => {
    const origin = fieldOf(/** @type {Element} */ (event.target))?.querySelector("[data-origin]");
    if (origin) Object.assign(origin, { textContent: "you", className: "origin origin--you" });
  });
}

/**
 * The field that a control belongs to. A choice of variants has its own way to the server.
 * @param {Element} control
 */
function fieldOf(control) {
  if (!control.closest("form[data-start] .start__fields") || control.matches("[hx-post], [data-own-change]")) return null;
  return control.closest(".field, .cell");
}

/**
 * @param {Element} field
 * @param {(root: ParentNode) => void} mount
 */
async function check(field, mount) {
  const form = /** @type {HTMLFormElement} */ (field.closest("form"));
  running?.abort();
  running = new AbortController();
  form.setAttribute("aria-busy", "true");
  const mine = running;
  const answer = await ask(form, [field.id, ...shownWrong(form)], mine.signal);
  if (mine !== running) return;
  form.removeAttribute("aria-busy");
  if (answer === null) return;
  const page = new DOMParser().parseFromString(answer, "text/html");
  reshape(form, page, mount);
  for (const message of page.querySelectorAll("body > .field__error")) show(message);
}

// A button's answer brings one group of fields. Where the rest asks for something else now, too, all fields are fetched.
const before = { id: "", whole: 0, part: 0 };

/** All fields that are under way know nothing of what comes now: they are asked for again. @param {HTMLElement} target */
function keepShapes(target) {
  if (target.closest("form[data-start]") && !wholeShape()) running?.abort();
  Object.assign(before, { id: target.id, whole: wholeShape(), part: Number(target.dataset.shape) });
}

/**
 * @param {string} id
 * @param {(root: ParentNode) => void} mount
 */
function checkOthers(id, mount) {
  const fresh = document.getElementById(id);
  if (!fresh?.dataset.shape || id !== before.id || !fresh.closest("form[data-start]")) return;
  const more = Number(fresh.dataset.shape) - before.part;
  for (let up = outer(fresh); up; up = outer(up)) up.dataset.shape = String((Number(up.dataset.shape) + more) >>> 0);
  if ((before.whole + more) >>> 0 === wholeShape()) return;
  /** @type {HTMLInputElement} */ (document.getElementById("form-shape")).value = "";
  void check(fresh, mount);
}

/** @param {HTMLElement} part @returns {HTMLElement | null} */
function outer(part) {
  return part.parentElement?.closest("[data-shape]") ?? null;
}

function wholeShape() {
  return Number(/** @type {HTMLInputElement | null} */ (document.getElementById("form-shape"))?.value);
}

/** The fields that are said to be wrong now: mending one may mend another. @param {Element} form */
function shownWrong(form) {
  const wrong = [...form.querySelectorAll(".start__fields .field__error:not(:empty)")];
  return wrong.map((message) => message.id.replace(/-error$/, ""));
}

/**
 * @param {HTMLFormElement} form
 * @param {string[]} ids
 * @param {AbortSignal} signal
 * @returns {Promise<string | null>} null when the site is not there: the field is then checked with all others
 */
async function ask(form, ids, signal) {
  const query = new URLSearchParams([...new Set(ids)].map((id) => ["at", id]));
  const body = new FormData(form);
  for (const [name, value] of [...body]) if (value instanceof File && value.size) body.set(name, "data:,");
  body.delete("text");
  try {
    const response = await fetch(`${form.dataset.check}?${query}`, { method: "POST", body, signal });
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  }
}

/** @param {Element} message */
function show(message) {
  const place = document.getElementById(message.id);
  if (!place) return;
  place.textContent = message.textContent;
  const control = document.getElementById(message.id.replace(/-error$/, "-input"));
  if (message.textContent) control?.setAttribute("aria-invalid", "true");
  else control?.removeAttribute("aria-invalid");
}

/**
 * @param {HTMLFormElement} form
 * @param {Document} page
 * @param {(root: ParentNode) => void} mount
 */
function reshape(form, page, mount) {
  const fresh = /** @type {HTMLTemplateElement | null} */ (page.querySelector("template[data-fields]"));
  const fields = form.querySelector(".start__fields");
  if (!fresh || !fields) return;
  const shape = /** @type {HTMLInputElement} */ (form.querySelector("#form-shape"));
  shape.value = /** @type {HTMLInputElement} */ (fresh.content.querySelector("#form-shape")).value;
  morph(fields, /** @type {Element} */ (fresh.content.querySelector(".start__fields")), mount);
}
