// @ts-check
// What the form held when a request was built. What a person entered since then is theirs: no answer may undo it.

const CONTROLS = "input, select, textarea";

/** @type {WeakMap<Element, string>} */
let held = new WeakMap();

/** @param {Element} root @returns {HTMLInputElement[]} */
function controlsIn(root) {
  return [.../** @type {NodeListOf<HTMLInputElement>} */ (root.querySelectorAll(CONTROLS))];
}

/** @param {HTMLInputElement} control */
function stateOf(control) {
  return control.matches("[type=checkbox], [type=radio]") ? String(control.checked) : control.value;
}

/** A request is built now. @param {Element} form */
export function remember(form) {
  held = new WeakMap(controlsIn(form).map((control) => [control, stateOf(control)]));
}

/** @param {Element} control */
export function isEnteredSince(control) {
  return held.has(control) && held.get(control) !== stateOf(/** @type {HTMLInputElement} */ (control));
}

/** The controls in which something was entered since. @param {Element} root */
export function enteredIn(root) {
  return controlsIn(root).filter(isEnteredSince);
}

/** What the named controls hold, as one text; how a value stood before is no part of it. @param {Element} root */
export function valuesOf(root) {
  const named = controlsIn(root).filter((control) => control.name && !control.hasAttribute("data-was"));
  return JSON.stringify(named.map((control) => [control.name, stateOf(control)]));
}

/** @param {HTMLInputElement} control @param {HTMLInputElement} fresh */
export function copy(control, fresh) {
  if (control.type === "file") return;
  control.checked = fresh.checked;
  control.value = fresh.value;
}

/**
 * What was entered in `old` since the request stands in `made`, too, which takes its place, and is looked at again.
 * @param {Element} old
 * @param {Element} made
 */
export function bring(old, made) {
  const places = controlsIn(made);
  for (const control of enteredIn(old)) {
    const place = places.find((one) => isFor(one, control));
    if (!place) continue;
    copy(place, control);
    queueMicrotask(() => place.dispatchEvent(new Event("change", { bubbles: true })));
  }
}

/** Boxes of one name are told by their values. @param {HTMLInputElement} one @param {HTMLInputElement} control */
function isFor(one, control) {
  const isBox = one.matches("[type=checkbox], [type=radio]");
  return control.name !== "" && one.name === control.name && one.type !== "file" && (!isBox || one.value === control.value);
}
