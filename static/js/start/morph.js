// @ts-check
// Brings a drawn form into another shape and leaves alone what stays: what is being typed, the focus, what scripts added.
import { bring, copy, enteredIn, isEnteredSince, valuesOf } from "./sent.js";

/** @typedef {{takesValues: boolean, arrived: Element[]}} How */

const FIELD = ".field, .cell, [data-collection]";
const CONTROL = "input, select, textarea";
const MARKS = /^(is-changed|htmx-.*)$/;
const OWN = /^(class|style|open|inert|data-mounted)$/; // attributes that the page's scripts and people set

/**
 * @param {Element} old
 * @param {Element} fresh
 * @param {(root: ParentNode) => void} mount makes new pieces of the form work
 * @param {boolean} takesValues whether the values come along, too, where nothing else was entered since
 * @returns {Element} what stands there now
 */
export function morph(old, fresh, mount, takesValues) {
  const how = { takesValues, arrived: [] };
  const at = document.activeElement;
  const isField = old.matches(FIELD);
  const now = isField ? exchange(old, fresh, how) : into(old, fresh, how);
  for (const made of how.arrived) {
    mount(made);
    /** @type {any} */ (window).htmx?.process(made);
  }
  if (at !== document.activeElement) focusAgain(/** @type {HTMLInputElement} */ (at));
  return now;
}

/** What had the focus was moved, or something else is in its place now. @param {HTMLInputElement} at */
function focusAgain(at) {
  const again = /** @type {HTMLInputElement | null} */ (at.isConnected ? at : document.getElementById(at.id));
  again?.focus({ preventScroll: true });
  if (again !== at && again?.matches("textarea, input[type=text]")) again.setSelectionRange(at.selectionStart, at.selectionEnd);
}

/** @param {Element} old @param {Element} fresh @param {How} how @returns {Element} what stands there now */
function into(old, fresh, how) {
  if (!isAlike(old, fresh)) return exchange(old, fresh, how);
  if (old.matches(CONTROL)) takeValue(old, fresh, how);
  else if (old.matches(FIELD)) return intoField(old, fresh, how);
  else if (old.matches("button") || !holdsControls(old, fresh)) renew(old, fresh, how);
  else if (how.takesValues || !old.matches(".variant__choice")) intoGroup(old, fresh, how);
  return old;
}

/** @param {Element} old @param {Element} fresh @param {How} how */
function intoGroup(old, fresh, how) {
  if (old.matches("noscript")) return;
  copyAttributes(old, fresh, how);
  const [before, after] = [keyed([...old.children]), keyed([...fresh.children])];
  for (const [key, gone] of before) if (!after.has(key)) gone.remove();
  /** @type {Element | null} */
  let last = null;
  for (const [key, wanted] of after) {
    const found = before.get(key);
    const child = found ? into(found, wanted, how) : arrive(wanted, how);
    place(old, child, last);
    last = child;
  }
}

/**
 * A single field stays as it is, unless it asks for something else now, or holds something else.
 * @param {Element} old
 * @param {Element} fresh
 * @param {How} how
 */
function intoField(old, fresh, how) {
  const isOther = options(old) !== options(fresh) || Boolean(resetOf(old)) !== Boolean(resetOf(fresh));
  const isEntered = enteredIn(old).length > 0;
  if (how.takesValues && !isEntered && (isOther || valuesOf(old) !== valuesOf(fresh))) return exchange(old, fresh, how);
  if (options(old) !== options(fresh)) return exchange(old, fresh, how);
  const label = old.querySelector(":scope > label, :scope > legend");
  const wanted = fresh.querySelector(":scope > label, :scope > legend");
  if (label && wanted && label.innerHTML !== wanted.innerHTML) label.innerHTML = wanted.innerHTML;
  const [was, wasWanted] = [old, fresh].map((field) => /** @type {HTMLInputElement | null} */ (field.querySelector(":scope > [data-was]")));
  if (was && wasWanted) takeValue(was, wasWanted, how);
  return old;
}

/** @param {Element} field */
function resetOf(field) {
  return field.querySelector(":scope > .origin__reset");
}

/** @param {Element} field */
function options(field) {
  return [...field.querySelectorAll(":scope option")].map((option) => option.getAttribute("value")).join("\n");
}

/** @param {Element} old @param {Element} fresh */
function isAlike(old, fresh) {
  return old.tagName === fresh.tagName && kindOf(old) === kindOf(fresh);
}

/** Its classes without those that say how it stands. @param {Element} piece */
function kindOf(piece) {
  return [...piece.classList].filter((name) => !MARKS.test(name)).join(" ");
}

/** @param {Element[]} pieces */
function holdsControls(...pieces) {
  return pieces.some((piece) => piece.querySelector(`${CONTROL}, button`));
}

/** Texts and buttons: a button stays the same one, because it may have been pressed. @param {Element} old @param {Element} fresh @param {How} how */
function renew(old, fresh, how) {
  if (!how.takesValues) return;
  copyAttributes(old, fresh, how);
  if (old.innerHTML !== fresh.innerHTML) old.innerHTML = fresh.innerHTML;
}

/** @param {Element} old @param {Element} fresh @param {How} how */
function copyAttributes(old, fresh, how) {
  const names = how.takesValues ? new Set([...old.getAttributeNames(), ...fresh.getAttributeNames()]) : ["data-shape"];
  for (const name of names) {
    const [is, wanted] = [old.getAttribute(name), fresh.getAttribute(name)];
    if (is === wanted || OWN.test(name)) continue;
    if (wanted === null) old.removeAttribute(name);
    else old.setAttribute(name, wanted);
  }
}

/**
 * A hidden marker says how the form was drawn. Rows that wait to be pasted are known here only.
 * @param {Element} old
 * @param {Element} fresh
 * @param {How} how
 */
function takeValue(old, fresh, how) {
  if (old.matches("[data-own-change]")) return;
  const isMarker = old.matches("[type=hidden]:not([data-was])");
  if (isMarker || (how.takesValues && !isEnteredSince(old))) copy(/** @type {HTMLInputElement} */ (old), /** @type {HTMLInputElement} */ (fresh));
}

/** @param {Element} old @param {Element} fresh @param {How} how */
function exchange(old, fresh, how) {
  const made = arrive(fresh, how);
  bring(old, made);
  old.replaceWith(made);
  return made;
}

/** @param {Element} wanted @param {How} how */
function arrive(wanted, how) {
  const made = /** @type {Element} */ (document.importNode(wanted, true));
  how.arrived.push(made);
  return made;
}

/**
 * The pieces by what they are known by in both shapes; the second of a kind is told from the first.
 * @param {Element[]} pieces
 */
function keyed(pieces) {
  /** @type {Map<string, Element>} */
  const found = new Map();
  for (const piece of pieces) {
    let key = keyOf(piece);
    while (found.has(key)) key += " again";
    found.set(key, piece);
  }
  return found;
}

/** @param {Element} piece */
function keyOf(piece) {
  const mark = piece.querySelector(":scope > input[name$='#item'], :scope > input[name$='#entry']");
  const name = piece.id || piece.getAttribute("name") || piece.getAttribute("data-collection-part");
  if (name) return name;
  return mark ? `${mark.getAttribute("name")} ${mark.getAttribute("value")}` : `${piece.tagName}.${kindOf(piece)}`;
}

/** Moving an element takes its focus away, so it is moved only when it must be. @param {Element} group @param {Element} child @param {Element | null} last */
function place(group, child, last) {
  const next = last ? last.nextElementSibling : group.firstElementChild;
  if (next !== child) group.insertBefore(child, next);
}
