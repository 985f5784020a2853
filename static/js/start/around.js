// @ts-check
// What stands around the form follows its values: the differences, the link and the code, what one agrees to.

const PARTS = ["start-differences", "start-code", "start-consent"];
const SOON_MILLISECONDS = 150;
const PAUSE_MILLISECONDS = 600;

/** @type {AbortController | null} */
let running = null;
let timer = 0;

document.addEventListener("change", (event) => later(event, SOON_MILLISECONDS));
document.addEventListener("input", (event) => later(event, PAUSE_MILLISECONDS));
document.addEventListener("htmx:afterSettle", (event) => later(event, SOON_MILLISECONDS));
for (const place of document.querySelectorAll("[data-drawn]")) place.addEventListener("toggle", draw, { once: true });
mark();

/**
 * @param {Event} event
 * @param {number} milliseconds
 */
function later(event, milliseconds) {
  const form = formOf(event.target);
  if (!form) return;
  clearTimeout(timer);
  timer = window.setTimeout(() => void follow(form), milliseconds);
}

/** @param {EventTarget | null} target @returns {HTMLFormElement | null} */
function formOf(target) {
  return target instanceof Element ? target.closest("form[data-start]") : null;
}

/** @param {HTMLFormElement} form */
async function follow(form) {
  running?.abort();
  running = new AbortController();
  const body = new FormData(form);
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  const answer = await ask(form.dataset.around ?? "", body, running.signal);
  if (!answer) return;
  const page = new DOMParser().parseFromString(answer, "text/html");
  for (const id of PARTS) replace(document.getElementById(id), page.getElementById(id));
  mark();
}

/**
 * @param {string} address
 * @param {FormData} body
 * @param {AbortSignal} signal
 * @returns {Promise<string>} "" when the site does not answer: the parts stay as they were
 */
async function ask(address, body, signal) {
  try {
    const response = await fetch(address, { method: "POST", body, signal });
    return response.ok && !response.redirected ? await response.text() : "";
  } catch {
    return "";
  }
}

/** What stays the same is not touched: it would be read out again. @param {Element | null} old @param {Element | null} fresh */
function replace(old, fresh) {
  if (old && fresh && old.outerHTML !== fresh.outerHTML) old.replaceWith(document.importNode(fresh, true));
}

/** Mark the fields that are not what the form was filled with. */
function mark() {
  const part = document.getElementById("start-differences");
  const word = part?.dataset.originWord;
  const changed = new Set((part?.dataset.changed ?? "").split(" ").filter(Boolean));
  for (const field of document.querySelectorAll(".start__fields .field")) {
    const isChanged = changed.has(field.id);
    field.classList.toggle("is-changed", isChanged);
    const chip = field.querySelector("[data-origin]");
    if (chip && word && isChanged !== (chip.textContent === "you")) say(chip, isChanged ? "you" : word);
  }
}

/** @param {Element} chip @param {string} word */
function say(chip, word) {
  if (word !== "you" && chip.textContent !== "you") return;
  chip.textContent = word;
  chip.className = `origin origin--${word === "you" ? "you" : "other"}`;
}

/** The diagram is drawn when somebody wants to see it. @param {Event} event */
async function draw(event) {
  const place = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).querySelector("[data-diagram]"));
  const source = document.getElementById("flow-diagram");
  if (!place || !source) return;
  const { mount } = await import("../diagram/diagram.js");
  const { dot, states } = JSON.parse(source.textContent ?? "{}");
  void mount(place, {}).draw(dot, states);
}
