// @ts-check
// Brings a drawn form into another shape and leaves alone what stays: what is being typed, the focus, what scripts added.

/**
 * @param {Element} old
 * @param {Element} fresh
 * @param {(root: ParentNode) => void} mount
 */
export function morph(old, fresh, mount) {
  if (old.matches("input")) return copyValue(old, fresh);
  if (old.matches("select, textarea, .variant__choice")) return;
  if (old.matches(".field, .cell, [data-collection], button")) return keepField(old, fresh, mount);
  if (fresh.hasAttribute("data-shape")) old.setAttribute("data-shape", fresh.getAttribute("data-shape") ?? "");
  const rest = keyed([...old.children]);
  /** @type {Element | null} */
  let last = null;
  for (const [key, wanted] of keyed([...fresh.children])) {
    const found = rest.get(key);
    rest.delete(key);
    const child = found && found.tagName === wanted.tagName ? found : arrive(wanted, mount);
    if (child === found) morph(found, wanted, mount);
    else found?.remove();
    place(old, child, last);
    last = child;
  }
  for (const gone of rest.values()) if (!gone.hasAttribute("data-added")) gone.remove();
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
  return mark ? `${mark.getAttribute("name")} ${mark.getAttribute("value")}` : `${piece.tagName}.${piece.className}`;
}

/** Moving an element takes its focus away, so it is moved only when it must be. @param {Element} group @param {Element} child @param {Element | null} last */
function place(group, child, last) {
  const next = last ? last.nextElementSibling : group.firstElementChild;
  if (next !== child) group.insertBefore(child, next);
}

/**
 * @param {Element} wanted
 * @param {(root: ParentNode) => void} mount
 */
function arrive(wanted, mount) {
  const made = /** @type {Element} */ (document.importNode(wanted, true));
  queueMicrotask(() => {
    mount(made);
    /** @type {any} */ (window).htmx?.process(made);
  });
  return made;
}

/** A hidden marker says how the form was drawn. @param {Element} old @param {Element} fresh */
function copyValue(old, fresh) {
  if (old.getAttribute("type") !== "hidden" || old.hasAttribute("data-was")) return;
  /** @type {HTMLInputElement} */ (old).value = fresh.getAttribute("value") ?? "";
}

/**
 * A single field stays as it is, unless it asks for something else now.
 * @param {Element} old
 * @param {Element} fresh
 * @param {(root: ParentNode) => void} mount
 */
function keepField(old, fresh, mount) {
  if (old.matches("button")) return;
  if (old.className !== fresh.className || options(old) !== options(fresh)) return old.replaceWith(arrive(fresh, mount));
  const label = old.querySelector(":scope > label, :scope > legend");
  const wanted = fresh.querySelector(":scope > label, :scope > legend");
  if (label && wanted && label.innerHTML !== wanted.innerHTML) label.innerHTML = wanted.innerHTML;
}

/** @param {Element} field */
function options(field) {
  return [...field.querySelectorAll(":scope option")].map((option) => option.getAttribute("value")).join("\n");
}
