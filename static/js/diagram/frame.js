// @ts-check
// The parts around the drawing: strip, buttons, minimap, list.

const BUTTONS = [
  { action: "in", icon: "plus", title: "Zoom in (+)" },
  { action: "out", icon: "minus", title: "Zoom out (-)" },
  { action: "fit", icon: "fit", title: "Fit the whole flow (1)" },
  { action: "find", icon: "search", title: "Find a state (/)" },
  { action: "export", icon: "download", title: "Save the picture…" },
];

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
