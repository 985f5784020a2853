// @ts-check
// A flow as a picture: mount it, give it DOT and the states, mark what a run did.
import { Canvas } from "./canvas.js";
import { Drawing } from "./drawing.js";
import { buildFrame } from "./frame.js";
import { neighbour } from "./graph.js";
import { Layouts } from "./layout.js";
import { Minimap } from "./minimap.js";
import { described, writeOutline } from "./outline.js";
import { drawingOf } from "./sanitise.js";

/** @typedef {import("./outline.js").State} State */
/** @typedef {(index: number | null, how: {isOpened: boolean}) => void} OnSelect isOpened: by Enter or double click */

const ZOOM_STEP = 1.25;
const layouts = new Layouts();

/**
 * Make `element` show flows.
 * @param {HTMLElement} element
 * @param {{onSelect?: OnSelect}} [options]
 */
export function mount(element, { onSelect = () => {} } = {}) {
  return new Diagram(element, onSelect);
}

class Diagram {
  /** @type {Drawing | null} */
  #drawing = null;
  #dot = "";
  /** @type {State[]} */
  #states = [];
  /** @type {number | null} */
  #selected = null;
  /** @type {Record<number, string>} */
  #statuses = {};
  /** @type {Set<string>} */
  #taken = new Set();
  /** @type {[number, number][]} */
  #catches = [];

  /**
   * @param {HTMLElement} element
   * @param {OnSelect} onSelect
   */
  constructor(element, onSelect) {
    this.element = element;
    this.onSelect = onSelect;
    this.parts = buildFrame(element);
    this.canvas = new Canvas(this.parts.frame, this.parts.layer, () => this.#minimap.show(this.canvas.sight()));
    this.#minimap = new Minimap(this.parts.minimap, (point) => this.canvas.centre(point));
    this.parts.frame.addEventListener("click", (event) => this.#click(event, false));
    this.parts.frame.addEventListener("dblclick", (event) => this.#click(event, true));
    this.parts.frame.addEventListener("keydown", (event) => this.#key(event));
    this.parts.controls.addEventListener("click", (event) => this.#control(event));
    this.parts.outline.addEventListener("click", (event) => this.#chooseInList(event));
  }

  /** @type {Minimap} */
  #minimap;

  /**
   * Lay out and show a flow. The old picture stays until the new one is ready.
   * @param {string} dot
   * @param {State[]} states
   * @param {[number, number][]} [catches] [from, to] of the ways out by Catch, for showRoutes
   */
  async draw(dot, states, catches = []) {
    this.#catches = catches;
    if (dot === this.#dot) return this.#drawing?.setRoutes(catches);
    this.#dot = dot;
    const layout = await layouts.of(dot);
    if (!layout || dot !== this.#dot) return;
    const svg = layout.svg === null ? null : drawingOf(layout.svg);
    if (!svg) return this.stale(`cannot be drawn: ${layout.reason || "the layout is not a picture"}`);
    this.#states = states;
    this.#show(svg);
  }

  /** @param {SVGSVGElement} svg */
  #show(svg) {
    const { width, height } = svg.viewBox.baseVal;
    svg.setAttribute("width", String(width));
    svg.setAttribute("height", String(height));
    this.parts.layer.replaceChildren(svg);
    this.#drawing = new Drawing(svg);
    this.#drawing.setRoutes(this.#catches);
    for (const state of this.#states) this.#drawing.entitle(state.index, described(state, undefined));
    this.canvas.size = this.#drawing.size;
    this.#minimap.draw(this.#drawing.boxes.values(), this.#drawing.size);
    this.#remark();
    if (this.canvas.isFitted) this.canvas.fit();
    else this.#minimap.show(this.canvas.sight());
    this.select(this.#selected);
  }

  /**
   * Colour the states and edges that a run has touched.
   * @param {Record<number, string>} statuses by the states' numbers: "running", "succeeded", ... (_status.html)
   * @param {Iterable<[number, number]>} [takenEdges] [from, to]
   */
  mark(statuses, takenEdges = []) {
    this.#statuses = statuses;
    this.#taken = new Set([...takenEdges].map(([from, to]) => `${from}-${to}`));
    this.#remark();
  }

  #remark() {
    if (!this.#drawing) return;
    this.#drawing.mark(this.#statuses, this.#taken);
    writeOutline(this.parts.outline, this.#states, this.#drawing.edges, this.#statuses);
  }

  /**
   * Show which state is looked at. Does not call onSelect.
   * @param {number | null} index
   */
  select(index) {
    this.#selected = index;
    this.#drawing?.select(index);
    const box = index === null ? undefined : this.#drawing?.boxes.get(index);
    if (box) this.canvas.reveal(box);
  }

  /**
   * Say why the picture is not of the present text, e.g. "line 42: expected a comma"; null: it is.
   * @param {string | null} reason
   */
  stale(reason) {
    this.element.classList.toggle("is-stale", reason !== null);
    this.parts.strip.hidden = reason === null;
    this.parts.strip.textContent = reason === null ? "" : this.#stripText(reason);
  }

  /** @param {string} reason */
  #stripText(reason) {
    return this.#drawing ? `The diagram shows the last valid version (${reason}).` : `No diagram yet (${reason}).`;
  }

  /**
   * Draw the ways out by Catch over the picture, or not. They are no part of the layout.
   * @param {boolean} isShown
   */
  showRoutes(isShown) {
    this.element.classList.toggle("has-routes", isShown);
  }

  fit() {
    this.canvas.fit({ whole: true });
  }

  /** @param {number} factor */
  zoom(factor) {
    this.canvas.zoom(factor);
  }

  /**
   * @param {MouseEvent} event
   * @param {boolean} isOpened
   */
  #click(event, isOpened) {
    const index = this.#drawing?.stateAt(event.target) ?? null;
    if (this.canvas.hasMoved || index === null) return;
    this.#choose(index, isOpened);
  }

  /** @param {Event} event */
  #chooseInList(event) {
    const button = /** @type {Element} */ (event.target).closest("[data-state]");
    if (button instanceof HTMLElement) this.#choose(Number(button.dataset.state), true);
  }

  /**
   * @param {number | null} index
   * @param {boolean} isOpened
   */
  #choose(index, isOpened) {
    this.select(index);
    const state = this.#states.find((state) => state.index === index);
    if (state) this.parts.spoken.textContent = described(state, this.#statuses[state.index]);
    this.onSelect(index, { isOpened });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== this.parts.frame) return;
    const act = this.#actions()[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /** @returns {Record<string, () => void>} */
  #actions() {
    const arrows = /** @type {const} */ (["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]);
    return {
      ...Object.fromEntries(arrows.map((key) => [key, () => this.#step(key)])),
      Enter: () => this.#selected !== null && this.#choose(this.#selected, true),
      "0": () => this.canvas.actualSize(),
      "1": () => this.fit(),
      "+": () => this.zoom(ZOOM_STEP),
      "=": () => this.zoom(ZOOM_STEP),
      "-": () => this.zoom(1 / ZOOM_STEP),
    };
  }

  /** @param {"ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight"} key */
  #step(key) {
    if (!this.#drawing) return;
    this.#choose(neighbour(this.#selected, key, this.#drawing.edges, this.#drawing.boxes), false);
  }

  /** @param {Event} event */
  #control(event) {
    const button = /** @type {Element} */ (event.target).closest("[data-zoom]");
    const action = button instanceof HTMLElement ? button.dataset.zoom : "";
    if (action === "in") this.zoom(ZOOM_STEP);
    if (action === "out") this.zoom(1 / ZOOM_STEP);
    if (action === "fit") this.fit();
  }
}
