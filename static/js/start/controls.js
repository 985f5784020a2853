// @ts-check
// Small helps for single controls.

/** @param {ParentNode} root */
export function mountControls(root) {
  each(root, "[data-number]", (input) => input.addEventListener("keydown", stepNumber));
  each(root, "[data-boolean]", (input) => input.addEventListener("change", rememberTouch));
  each(root, "[data-offset]", fillOffset);
  each(root, "[data-colour]", addSwatch);
}

/**
 * @param {ParentNode} root
 * @param {string} selector
 * @param {(input: HTMLInputElement) => void} act
 */
function each(root, selector, act) {
  for (const found of root.querySelectorAll(selector)) {
    const input = /** @type {HTMLInputElement} */ (found);
    if (input.dataset.mounted) continue;
    input.dataset.mounted = "yes";
    act(input);
  }
}

/** Arrow keys step a whole number, as in a number field; the text stays text. @param {KeyboardEvent} event */
function stepNumber(event) {
  const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  const input = /** @type {HTMLInputElement} */ (event.target);
  if (!step || !/^-?\d{1,15}$/.test(input.value.trim() || "0")) return;
  event.preventDefault();
  input.value = String(Number(input.value || 0) + step);
}

/** A box that was touched means yes or no; one that was not may mean nothing. @param {Event} event */
function rememberTouch(event) {
  const field = /** @type {Element} */ (event.target).closest(".field");
  const was = /** @type {HTMLInputElement | null} */ (field?.querySelector(":scope > [data-was]"));
  if (was) was.value = "false";
}

/** An empty offset means UTC; whoever picks a time means their own zone. @param {HTMLInputElement} input */
function fillOffset(input) {
  const moment = /** @type {HTMLInputElement | null} */ (input.previousElementSibling);
  moment?.addEventListener("input", () => {
    if (!input.value) input.value = ownOffset(moment.value ? new Date(moment.value) : new Date());
  });
}

/** @param {Date} when */
function ownOffset(when) {
  const minutes = Number.isNaN(when.getTime()) ? -new Date().getTimezoneOffset() : -when.getTimezoneOffset();
  const two = (/** @type {number} */ number) => String(Math.floor(number)).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}

/** @param {HTMLInputElement} input */
function addSwatch(input) {
  const swatch = document.createElement("input");
  swatch.type = "color";
  swatch.setAttribute("aria-label", "Pick a colour");
  swatch.addEventListener("input", () => { input.value = swatch.value; });
  const follow = () => { if (/^#[0-9a-f]{6}$/i.test(input.value)) swatch.value = input.value; };
  input.addEventListener("input", follow);
  follow();
  input.after(swatch);
}
