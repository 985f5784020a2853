// @ts-check
// The form's own buttons. One question at a time, about the form as it then is; its answer takes away nothing that was entered since.
import { toast } from "../site.js";
import { morph } from "./morph.js";
import { bring, remember } from "./sent.js";

/**
 * @typedef {{
 *   mount: (root: ParentNode) => void,
 *   begin: () => void,
 *   end: () => void,
 *   look: (part: HTMLElement) => void,
 *   show: (messages: ParentNode) => void,
 * }} Ways
 */
/** @typedef {{elt: HTMLButtonElement | HTMLSelectElement, target: HTMLElement}} Asked */

const FORM = "form[data-start]";
const LONGEST_MILLISECONDS = 30_000;

/** @type {Asked | null} */
let asked = null;
let whole = 0;
let focused = "";
/** @type {HTMLElement[]} */
let going = [];

/** @param {Ways} ways what is done when a question begins and ends, and with the group that is its answer */
export function mountAnswers(ways) {
  const { htmx } = /** @type {any} */ (window);
  if (!htmx) return;
  // What comes works at once: what somebody does to it in the very next moment is heard.
  htmx.config.defaultSettleDelay = 0;
  htmx.config.timeout = LONGEST_MILLISECONDS;
  htmx.defineExtension("start", {
    handleSwap: (/** @type {string} */ style, /** @type {HTMLElement} */ target, /** @type {DocumentFragment} */ answer, /** @type {{elts: Element[]}} */ settled) =>
      style === "morph" && take(target, answer, settled, ways),
  });
  document.addEventListener("htmx:beforeRequest", (event) => begin(/** @type {CustomEvent} */ (event), ways));
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    if (asked && detail.requestConfig === asked) choose(detail);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    if (!asked || detail.requestConfig !== asked) return;
    const fault = faultOf(detail);
    if (fault) tell(asked.elt, fault);
    end(asked, ways);
  });
}

/** @param {CustomEvent} event @param {Ways} ways */
function begin(event, ways) {
  const { requestConfig } = event.detail;
  const form = requestConfig.elt.closest(FORM);
  if (!form || !requestConfig.target.matches(`${FORM}, ${FORM} .start__fields, ${FORM} .start__fields *`)) return;
  if (isShown(requestConfig.elt)) return event.preventDefault();
  asked = requestConfig;
  ways.begin();
  remember(form);
  focused = document.activeElement?.id ?? "";
  going = goingWith(requestConfig);
  for (const part of going) part.inert = true;
}

/** The variant that is chosen has come with an earlier answer. @param {Element} control */
function isShown(control) {
  return control instanceof HTMLSelectElement && control.value === shownIn(control);
}

/** @param {HTMLSelectElement} choice */
function shownIn(choice) {
  const shown = choice.closest(".variant")?.querySelector(":scope > input[name*='#shown']");
  return /** @type {HTMLInputElement | null} */ (shown)?.value;
}

/** Why a question has no answer, with what to do; "" when it has. @param {any} detail of htmx:afterRequest */
function faultOf({ successful, xhr, pathInfo }) {
  if (!xhr.status) return "The site does not answer. Try again when it is back";
  if (!successful) return `The site answered ${xhr.status}. Try again; if it stays so, reload the page`;
  const isElsewhere = new URL(xhr.responseURL).pathname !== new URL(pathInfo.requestPath, location.href).pathname;
  return isElsewhere ? "You are signed out. Sign in in another tab, then come back and try again" : "";
}

/** @param {Asked["elt"]} control @param {string} fault */
function tell(control, fault) {
  const isChoice = control instanceof HTMLSelectElement;
  const words = (isChoice ? control.getAttribute("aria-label") : control.textContent) ?? "";
  toast(`${fault}: “${words.trim().replace(/\s+/g, " ")}” did nothing. What you have entered is still here.`, "error");
  if (isChoice) control.value = shownIn(control) ?? control.value;
}

/** What the answer will take away: nothing can be entered there any more. @param {Asked} asked @returns {HTMLElement[]} */
function goingWith({ elt, target }) {
  if (target.matches(FORM)) return [...target.querySelectorAll(/** @type {"div"} */ (".start__fields, #start-text"))];
  if (elt instanceof HTMLSelectElement) return [...target.querySelectorAll(/** @type {"div"} */ (":scope > .variant__value"))];
  if (elt.value.startsWith("remove:")) return [.../** @type {HTMLElement[]} */ ([elt.closest(".row, .entry")])];
  if (/^(paste|page-\d+):/.test(elt.value)) return [...target.querySelectorAll(/** @type {"div"} */ (":scope > .rows, :scope > .grid, :scope > .list__foot > .paste"))];
  return [];
}

/** Another page, such as the one for signing in, is no answer. @param {any} detail how the answer will be brought into the page */
function choose(detail) {
  whole = wholeShape();
  if (!detail.target.matches(FORM)) detail.swapOverride = "morph";
  else if (!detail.serverResponse.includes("data-start")) detail.shouldSwap = false;
}

/** Answered or not. @param {Asked} question @param {Ways} ways */
function end({ target }, ways) {
  asked = null;
  for (const part of going) part.inert = false;
  const form = document.getElementById(target.id);
  if (form?.matches(FORM) && form !== target) bring(target, form);
  if (going.length && focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
  ways.end();
}

/**
 * @param {HTMLElement} target
 * @param {DocumentFragment} answer
 * @param {{elts: Element[]}} settled
 * @param {Ways} ways
 */
function take(target, answer, settled, ways) {
  const fresh = answer.firstElementChild;
  if (!fresh) return [];
  const part = Number(target.dataset.shape);
  const now = /** @type {HTMLElement} */ (morph(target, fresh, ways.mount, true));
  settled.elts = [...settled.elts.filter((one) => one !== target), now];
  ways.show(fresh);
  if (asked?.elt.matches("[data-paste]")) closePaste(asked.elt);
  if (now.dataset.shape && !agree(now, Number(now.dataset.shape) - part)) ways.look(now);
  return [];
}

/** What was to be pasted is in the rows now. @param {Element} button */
function closePaste(button) {
  button.closest("details")?.removeAttribute("open");
  const box = button.parentElement?.querySelector("textarea");
  if (box) box.value = "";
}

/**
 * Whether the answer told of all that is asked otherwise now. The groups around its group are marked with what they are now.
 * @param {HTMLElement} part
 * @param {number} more
 */
function agree(part, more) {
  for (let up = outer(part); up; up = outer(up)) up.dataset.shape = String((Number(up.dataset.shape) + more) >>> 0);
  return (whole + more) >>> 0 === wholeShape();
}

/** @param {HTMLElement} part @returns {HTMLElement | null} */
function outer(part) {
  return part.parentElement?.closest("[data-shape]") ?? null;
}

function wholeShape() {
  return Number(/** @type {HTMLInputElement | null} */ (document.getElementById("form-shape"))?.value);
}
