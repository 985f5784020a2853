// @ts-check
// The choice of fixes at the cursor (Ctrl-.): a small menu. When it closes, the browser gives the focus back.

/** @typedef {{title: string, apply: () => void}} Choice */

/**
 * @param {{left: number, bottom: number}} place in the window
 * @param {Choice[]} choices
 */
export function showChoices(place, choices) {
  const menu = document.createElement("div");
  menu.className = "menu__panel fixes";
  menu.setAttribute("role", "menu");
  menu.setAttribute("aria-label", "Fixes");
  menu.popover = "auto";
  menu.append(...choices.map((choice) => item(choice, () => menu.hidePopover())));
  menu.addEventListener("keydown", (event) => move(menu, event));
  menu.addEventListener("toggle", (event) => {
    if (/** @type {ToggleEvent} */ (event).newState === "closed") menu.remove();
  });
  document.body.append(menu);
  menu.showPopover();
  menu.style.left = `${Math.max(8, Math.min(place.left, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${Math.min(place.bottom + 4, innerHeight - menu.offsetHeight - 8)}px`;
  /** @type {HTMLElement} */ (menu.firstElementChild)?.focus();
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
