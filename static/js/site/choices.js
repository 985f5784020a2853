// @ts-check
// A small menu over the page. When it closes, the browser gives the focus back.

/** @typedef {{title: string, apply: () => void}} Choice */
/** @typedef {(menu: HTMLElement) => {left: number, top: number}} Placing where in the window, given the menu's size */

/**
 * @param {string} label what is chosen, for those who do not see it
 * @param {Choice[]} choices
 * @param {Placing} placing
 */
export function showChoices(label, choices, placing) {
  const menu = document.createElement("div");
  menu.className = "menu__panel menu__panel--free";
  menu.setAttribute("role", "menu");
  menu.setAttribute("aria-label", label);
  menu.popover = "auto";
  menu.append(...choices.map((choice) => item(choice, () => menu.hidePopover())));
  menu.addEventListener("keydown", (event) => move(menu, event));
  menu.addEventListener("toggle", (event) => {
    if (/** @type {ToggleEvent} */ (event).newState === "closed") menu.remove();
  });
  document.body.append(menu);
  menu.showPopover();
  const { left, top } = placing(menu);
  menu.style.left = `${left}px`;
  menu.style.top = `${top}px`;
  /** @type {HTMLElement} */ (menu.firstElementChild)?.focus();
}

/**
 * Below a place in the window, but not out of it.
 * @param {{left: number, bottom: number}} place
 * @returns {Placing}
 */
export function below({ left, bottom }) {
  return ({ offsetWidth, offsetHeight }) => ({
    left: Math.max(8, Math.min(left, innerWidth - offsetWidth - 8)),
    top: Math.min(bottom + 4, innerHeight - offsetHeight - 8),
  });
}

/**
 * @param {Choice} choice
 * @param {() => void} close
 */
function item({ title, apply }, close) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "menu__item";
  button.setAttribute("role", "menuitem");
  button.textContent = title;
  button.addEventListener("click", () => {
    close();
    apply();
  });
  return button;
}

/**
 * @param {HTMLElement} menu
 * @param {KeyboardEvent} event
 */
function move(menu, event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const items = /** @type {HTMLElement[]} */ ([...menu.children]);
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  items[(at + by + items.length) % items.length].focus();
}
