// @ts-check

/** Close open menus on Escape, on a click elsewhere and when the focus leaves. */
export function mountMenus() {
  document.addEventListener("click", (event) => closeOthers(/** @type {Node} */ (event.target)));
  document.addEventListener("focusin", (event) => closeOthers(/** @type {Node} */ (event.target)));
  document.addEventListener("keydown", (event) => event.key === "Escape" && closeFocused());
}

function openMenus() {
  return /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll("details[data-menu][open]"));
}

/** @param {Node} target */
function closeOthers(target) {
  for (const menu of openMenus()) menu.open = menu.contains(target);
}

function closeFocused() {
  for (const menu of openMenus()) {
    if (menu.contains(document.activeElement)) menu.querySelector("summary")?.focus();
    menu.open = false;
  }
}
