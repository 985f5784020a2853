// @ts-check
// While somebody fills in the form: the server is asked about each field that was left, and what it answers is shown.
import { mountAnswers } from "./answers.js";
import { morph } from "./morph.js";
import { enteredIn, remember } from "./sent.js";

/** @typedef {(root: ParentNode) => void} Mount makes new pieces of the form work */

/** The question that is under way, and the fields that wait for an answer. One question at a time: the last answer is the newest. */
let running = /** @type {AbortController | null} */ (null);
let isActing = false;
/** @type {Set<string>} */
const due = new Set();

/** @param {Mount} mount */
export function mountLive(mount) {
  document.addEventListener("change", (event) => {
    const ids = placesOf(/** @type {Element} */ (event.target));
    if (ids.length) check(ids, mount);
  });
  document.addEventListener("input", (event) => {
    const origin = fieldOf(/** @type {Element} */ (event.target))?.querySelector("[data-origin]");
    if (origin) Object.assign(origin, { textContent: "you", className: "origin origin--you" });
  });
  mountAnswers({ mount, show: showAll, begin: giveWay, end: () => goOn(mount), look: lookAround });
}

/**
 * The field that a control belongs to. A choice of variants has its own way to the server.
 * @param {Element} control
 */
function fieldOf(control) {
  if (!control.closest("form[data-start] .start__fields") || control.matches("[hx-post], [data-own-change]")) return null;
  return control.closest(".field, .cell");
}

/** Where it is told what is wrong with what a control holds: a name may be wrong by itself, or in its group. @param {Element} control */
function placesOf(control) {
  const group = control.matches(".entry__key > input") && control.closest("fieldset.group, .start__fields");
  if (group) return [group.id, control.id.replace(/-key$/, "")];
  const field = fieldOf(control);
  return field ? [field.id] : [];
}

/** @param {string[]} ids @param {Mount} mount */
function check(ids, mount) {
  for (const id of ids) due.add(id);
  theForm()?.setAttribute("aria-busy", "true");
  if (!isActing) void run(mount);
}

/** A button was pressed: what is under way would answer about the form as it was before. */
function giveWay() {
  running?.abort();
  running = null;
  isActing = true;
}

/** The button has its answer: go on where it interrupted, if no other button was pressed. @param {Mount} mount */
function goOn(mount) {
  isActing = false;
  queueMicrotask(() => {
    if (!isActing && due.size) void run(mount);
  });
}

/** The group that was answered changed what is asked elsewhere: all fields are fetched. @param {HTMLElement} part */
function lookAround(part) {
  /** @type {HTMLInputElement} */ (document.getElementById("form-shape")).value = "";
  due.add(part.id);
  theForm()?.setAttribute("aria-busy", "true");
}

function theForm() {
  return /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-start]"));
}

/** @param {Mount} mount */
async function run(mount) {
  const form = theForm();
  if (!form) return;
  running?.abort();
  const mine = running = new AbortController();
  form.setAttribute("aria-busy", "true");
  remember(form);
  const answer = await ask(form, [...due, ...shownWrong(form)], mine.signal);
  if (mine !== running) return;
  const page = new DOMParser().parseFromString(answer ?? "", "text/html");
  if (takesAway(form, page)) return run(mount);
  running = null;
  due.clear();
  form.removeAttribute("aria-busy");
  reshape(form, page, mount);
  showAll(page);
}

/** Whether something was entered meanwhile for which the answer has no place. @param {HTMLElement} form @param {Document} page */
function takesAway(form, page) {
  const fresh = fieldsOf(page);
  const fields = form.querySelector(".start__fields");
  if (!fresh || !fields) return false;
  const names = new Set([...fresh.content.querySelectorAll("[name]")].map((one) => one.getAttribute("name")));
  return enteredIn(fields).some((control) => control.name && !names.has(control.name));
}

/** @param {Document} page */
function fieldsOf(page) {
  return /** @type {HTMLTemplateElement | null} */ (page.querySelector("template[data-fields]"));
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

/** @param {ParentNode} answer */
function showAll(answer) {
  for (const message of answer.querySelectorAll(".field__error")) show(message);
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
 * @param {Mount} mount
 */
function reshape(form, page, mount) {
  const fresh = fieldsOf(page);
  const fields = form.querySelector(".start__fields");
  if (!fresh || !fields) return;
  const shape = /** @type {HTMLInputElement} */ (form.querySelector("#form-shape"));
  shape.value = /** @type {HTMLInputElement} */ (fresh.content.querySelector("#form-shape")).value;
  morph(fields, /** @type {Element} */ (fresh.content.querySelector(".start__fields")), mount, false);
}
