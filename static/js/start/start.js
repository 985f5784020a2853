// @ts-check
// The entry module of the start page. The form works without it; this adds pickers, keys and care for the focus.
import { addShortcut, csrfToken, toast } from "../site.js";
import { mountCollections } from "./collection.js";
import { mountControls } from "./controls.js";
import { mountJson } from "./text.js";
import { mountLive } from "./live.js";
import { mountGrids } from "./grid.js";
import { mountPickers } from "./picker.js";

const SETTLED_MILLISECONDS = 60;
const FILLING = ".htmx-request:not([data-when])"; // the preview of a schedule's times changes nothing

/** Where the focus was at each press of a button. @type {WeakMap<Event, Element | null>} */
const pressedFrom = new WeakMap();

addShortcut("Ctrl Enter", "Start the run");

/** @param {ParentNode} root */
function mount(root) {
  mountCollections(root);
  mountPickers(root);
  mountControls(root);
  mountJson(root);
}

mount(document);
mountLive(mount);
mountGrids();
/** @type {HTMLElement | null} */ (document.querySelector("[data-start]"))?.setAttribute("data-ready", "");
document.addEventListener("htmx:load", (event) => mount(/** @type {ParentNode} */ (event.target)));
document.addEventListener("keydown", onKey);
document.addEventListener("click", (event) => pressedFrom.set(event, document.activeElement), true);
document.addEventListener("submit", onSubmit);
document.addEventListener("htmx:afterSettle", focusNext);
document.querySelector("[data-problems]")?.addEventListener("click", toField);
addEventListener("focus", renewToken);

/** Whoever has signed in again in another tab goes on here with all that was entered. */
function renewToken() {
  const field = document.querySelector("[data-start] input[name=csrfmiddlewaretoken]");
  if (field instanceof HTMLInputElement) field.value = csrfToken() || field.value;
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  /** @type {HTMLElement | null} */ (document.querySelector("[data-submit]"))?.click();
}

/** One click starts one run. @param {SubmitEvent} event */
function onSubmit(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!form.matches("[data-start]") || event.submitter?.getAttribute("value") !== "start") return;
  if (form.dataset.sent) return event.preventDefault();
  if (form.querySelector(FILLING)) return startAfterwards(event);
  form.dataset.sent = "yes";
  const button = form.querySelector("[data-submit]");
  button?.setAttribute("aria-disabled", "true");
}

/** The form is just being filled in by the server: starting waits for that. @param {SubmitEvent} event */
function startAfterwards(event) {
  event.preventDefault();
  const start = () => /** @type {HTMLElement | null} */ (document.querySelector("[data-submit]"))?.click();
  const goOn = (/** @type {Event} */ answered) => {
    if (/** @type {Element} */ (answered.target).matches("[data-when]")) return;
    document.removeEventListener("htmx:afterRequest", goOn);
    if (/** @type {CustomEvent} */ (answered).detail.successful) setTimeout(start, SETTLED_MILLISECONDS);
    else toast("Nothing was started. Press Start once more.", "error");
  };
  document.addEventListener("htmx:afterRequest", goOn);
}

// Coming back by the browser's button brings the page as it was left.
addEventListener("pageshow", () => {
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-start]"));
  delete form?.dataset.sent;
  form?.querySelector("[data-submit]")?.removeAttribute("aria-disabled");
});

/** After a button of the form did its work, the focus goes where one goes on, if one has not gone elsewhere meanwhile. @param {Event} event */
function focusNext(event) {
  const { requestConfig, target } = /** @type {CustomEvent} */ (event).detail;
  const button = requestConfig?.elt;
  if (!(button instanceof HTMLButtonElement) || hasGoneOn([button, pressedFrom.get(requestConfig.triggeringEvent)])) return;
  const [verb] = button.value.split(":");
  if (["add", "enter", "include"].includes(verb)) focusNew(document.getElementById(target.id) ?? target);
  if (["up", "down"].includes(verb)) focusButton(button.id, verb);
  if (verb === "remove") document.getElementById(`${target.id}-add`)?.focus();
}

/** Whether the focus is neither where it was nor on what has taken that place. @param {(Element | null | undefined)[]} from */
function hasGoneOn(from) {
  const at = document.activeElement;
  return at !== null && at !== document.body && !from.some((one) => one === at || (one?.id && one.id === at.id));
}

/** A new row wants to be filled in. @param {Element} group */
function focusNew(group) {
  const rows = group.querySelectorAll(":scope > .rows > .row, :scope > .grid .row, :scope > .group__members > .entry, :scope > .entry");
  const place = rows.length ? rows[rows.length - 1] : group;
  const field = place.querySelector("input:not([type=hidden]), select, textarea");
  if (field instanceof HTMLElement) field.focus();
}

/** A moved row keeps the focus; at an end only its other button is left. @param {string} id @param {string} verb */
function focusButton(id, verb) {
  const other = id.slice(0, -verb.length) + (verb === "up" ? "down" : "up");
  (document.getElementById(id) ?? document.getElementById(other))?.focus();
}

/** The list of problems leads to the fields. @param {Event} event */
function toField(event) {
  const link = /** @type {Element} */ (event.target).closest("a[data-to]");
  const place = link && document.getElementById(link.getAttribute("data-to") ?? "");
  if (!place) return;
  event.preventDefault();
  place.scrollIntoView({ block: "center" });
  const field = place.querySelector("input:not([type=hidden]), select, textarea");
  if (field instanceof HTMLElement) field.focus({ preventScroll: true });
}
