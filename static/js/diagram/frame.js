// @ts-check
// The parts around the drawing: strip, buttons, minimap, list.

const BUTTONS = [
  { action: "in", icon: "plus", title: "Zoom in (+)" },
  { action: "out", icon: "minus", title: "Zoom out (-)" },
  { action: "fit", icon: "fit", title: "Fit the whole flow (1)" },
  { action: "find", icon: "search", title: "Find a state (/)" },
  { action: "export", icon: "download", title: "Save the picture…" },
];
export const FORMATS = /** @type {const} */ ({ svg: "SVG picture", png: "PNG picture", dot: "DOT for Graphviz" });

/** @param {HTMLElement} element */
export function buildFrame(element) {
  element.classList.add("diagram");
  const strip = made("p", "diagram__strip", { role: "status", hidden: "" });
  const frame = made("div", "diagram__frame", {
    tabindex: "0", role: "group", "aria-roledescription": "diagram",
    "aria-label": "Diagram of the flow. Arrow keys go from state to state, Enter opens one, slash finds one.",
  });
  const layer = made("div", "diagram__layer", { "aria-hidden": "true" });
  const minimap = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  minimap.setAttribute("class", "minimap");
  minimap.setAttribute("aria-hidden", "true");
  minimap.setAttribute("hidden", "");
  const controls = made("div", "diagram__controls", { role: "toolbar", "aria-label": "Zoom" });
  controls.append(...BUTTONS.map(button));
  const routes = made("label", "check diagram__routes", { hidden: "", title: "Draw where errors lead (F)" });
  const isShown = made("input", "", { type: "checkbox" });
  routes.append(isShown, " Failure routes");
  const outline = made("ul", "visually-hidden", { "aria-label": "The states of the flow" });
  const spoken = made("p", "visually-hidden", { "aria-live": "polite" });
  frame.append(layer, minimap, controls, routes);
  element.replaceChildren(strip, frame, outline, spoken);
  return { strip, frame, layer, minimap, controls, routes, outline, spoken };
}

/** A menu of the formats in which the picture can be saved. @param {(format: keyof typeof FORMATS) => void} onChoose */
export function formatMenu(onChoose) {
  const menu = made("div", "menu__panel diagram__formats", { role: "menu", "aria-label": "Save the picture as" });
  menu.append(...Object.entries(FORMATS).map(([format, title]) => {
    const choice = made("button", "menu__item", { type: "button", role: "menuitem" });
    choice.textContent = title;
    choice.addEventListener("click", () => { menu.hidePopover(); onChoose(/** @type {keyof typeof FORMATS} */ (format)); });
    return choice;
  }));
  menu.popover = "auto";
  menu.addEventListener("keydown", (event) => walk(menu, event));
  menu.addEventListener("toggle", (event) => /** @type {ToggleEvent} */ (event).newState === "closed" && menu.remove());
  return menu;
}

/**
 * @param {HTMLElement} menu
 * @param {KeyboardEvent} event
 */
function walk(menu, event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const items = /** @type {HTMLElement[]} */ ([...menu.children]);
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  items[(at + by + items.length) % items.length].focus();
}

/**
 * @param {string} tag
 * @param {string} name
 * @param {Record<string, string>} attributes
 */
export function made(tag, name, attributes) {
  const element = document.createElement(tag);
  element.className = name;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** @param {{action: string, icon: string, title: string}} control */
function button({ action, icon, title }) {
  const element = made("button", "button button--icon button--small", { type: "button", title, "aria-label": title });
  element.dataset.zoom = action;
  element.append(iconOf(icon));
  return element;
}

/**
 * An icon of img/icons.svg.
 * @param {string} name
 */
export function iconOf(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${new URL("../../img/icons.svg", import.meta.url).pathname}#${name}`);
  svg.append(use);
  return svg;
}
