// @ts-check
// Tabs by the book: arrow keys move, the chosen tab's panel is shown, "tabs:show" tells.

/**
 * Make the tab lists below `root` (data-tabs) work. A tab names its panel in aria-controls.
 * @param {ParentNode} root
 */
export function mountTabs(root) {
  for (const list of root.querySelectorAll("[data-tabs]")) {
    list.addEventListener("click", (event) => {
      const tab = /** @type {Element} */ (event.target).closest("[role=tab]");
      if (tab instanceof HTMLElement) showTab(tab);
    });
    list.addEventListener("keydown", (event) => step(list, /** @type {KeyboardEvent} */ (event)));
  }
}

/** @param {HTMLElement} tab */
export function showTab(tab) {
  for (const other of tab.parentElement?.querySelectorAll("[role=tab]") ?? []) {
    const isChosen = other === tab;
    other.setAttribute("aria-selected", String(isChosen));
    /** @type {HTMLElement} */ (other).tabIndex = isChosen ? 0 : -1;
    panelOf(other)?.toggleAttribute("hidden", !isChosen);
  }
  panelOf(tab)?.dispatchEvent(new CustomEvent("tabs:show", { bubbles: true }));
}

/** @param {Element} tab */
function panelOf(tab) {
  return document.getElementById(tab.getAttribute("aria-controls") ?? "");
}

/**
 * @param {Element} list
 * @param {KeyboardEvent} event
 */
function step(list, event) {
  const tabs = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("[role=tab]")]);
  const at = tabs.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (at < 0 || !by) return;
  const tab = tabs[(at + by + tabs.length) % tabs.length];
  event.preventDefault();
  tab.focus();
  showTab(tab);
}
