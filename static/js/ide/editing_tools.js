// @ts-check
// Brings the ways of editing in the diagram together: toolbar, keys, palette, property form.
import { addShortcut, postJSON, toast } from "../site.js";
import { showTab } from "../site/tabs.js";
import { Editing } from "./editing.js";
import { Properties } from "./properties.js";

const TOLD = [
  ["A I", "In the diagram: add a state, put one on the chosen arrow"],
  ["E", "In the diagram: the next arrow of the chosen state"],
  ["C R", "In the diagram: draw an arrow from the chosen state, or to it"],
  ["X", "In the diagram: lead errors of the state to another"],
  ["D T P", "In the diagram: duplicate, change the type, properties"],
  ["Del", "In the diagram: delete the state or arrow"],
  ["/ F", "In the diagram: find a state, failure routes"],
];

/**
 * @param {HTMLElement} root of the editor page
 * @param {{
 *   view: any, texts: () => {definition: string, input_schema: string}, addresses: Record<string, string>, palette: any[], diagram: () => any,
 *   states: () => {index: number, name: string, type: string}[], show: (name: string, focus: boolean) => void,
 * }} page
 */
export function editingTools(root, page) {
  const { view, addresses, palette, states } = page;
  const panel = /** @type {HTMLElement} */ (root.querySelector("#panel-properties"));
  const properties = new Properties(panel, { view, ask: (body) => postJSON(addresses.properties, { input_schema: page.texts().input_schema, ...body }), say: toast });
  const editing = new Editing({
    view, palette, states,
    ask: (wish) => postJSON(addresses.edits, wish),
    say: toast,
    show: (name) => page.show(name, false),
    chosen: () => page.diagram().chosen,
    shown: () => page.diagram().states,
    focus: () => page.diagram().focus(),
    hasLost: () => page.diagram().hasLost,
    properties: () => showTab(/** @type {HTMLElement} */ (root.querySelector("#tab-properties"))),
    rename: (name) => {
      page.show(name, true);
      view.contentDOM.dispatchEvent(new KeyboardEvent("keydown", { key: "F2", bubbles: true, cancelable: true }));
    },
  });
  for (const [keys, title] of TOLD) addShortcut(keys, title);
  root.querySelector("[data-editbar]")?.addEventListener("click", (event) => press(event, editing));
  root.addEventListener("tabs:show", () => properties.show(chosenName(page)));
  return { hooks: editing.hooks, follow: () => properties.show(chosenName(page)) };
}

/** @param {{diagram: () => import("../diagram/diagram.js").Diagram}} page */
function chosenName({ diagram }) {
  const { state } = diagram().chosen;
  return diagram().states.find(({ index }) => index === state)?.name;
}

/**
 * @param {Event} event
 * @param {Editing} editing
 */
function press(event, editing) {
  const button = /** @type {Element} */ (event.target).closest("[data-edit]");
  if (!(button instanceof HTMLElement)) return;
  const name = button.dataset.edit ?? "";
  if (name === "more") editing.menu(button.getBoundingClientRect());
  else editing.run(name);
}
