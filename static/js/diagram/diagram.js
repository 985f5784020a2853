// @ts-check
// A flow as a picture: mount it, give it DOT and the states, mark what a run did.
import { Canvas } from "./canvas.js";
import { showCounts } from "./counts.js";
import { drawn } from "./drawing.js";
import { offerToSave } from "./exporting.js";
import { buildFrame } from "./frame.js";
import { Interaction } from "./interaction.js";
import { catchesOf, keptOf } from "./keeping.js";
import { Layouts } from "./layout.js";
import { Minimap } from "./minimap.js";
import { markOutline, writeOutline } from "./outline.js";
import { Pictures } from "./pictures.js";

/** @typedef {import("./outline.js").State} State */
/** @typedef {import("./drawing.js").Drawing} Drawing */
/** @typedef {import("./graph.js").Edge} Edge */
/** @typedef {(index: number | null, how: {isOpened: boolean}) => void} OnSelect isOpened: by Enter or double click */
/**
 * What makes a picture one that can be edited. onKey: whether it meant something; onConnect: from the chosen state, null
 * asks for the other one; onInsert: on the chosen arrow; onMenu: for the chosen state
 * @typedef {{
 *   onKey: (key: string) => boolean, onConnect: (to: number | null) => void, onInsert: () => void,
 *   onMenu: (place: {left: number, bottom: number}) => void,
 * }} Editing
 */

const layouts = new Layouts();

/**
 * Make `element` show flows.
 * @param {HTMLElement} element
 * @param {{onSelect?: OnSelect, editing?: Editing}} [options]
 */
export function mount(element, { onSelect = () => {}, editing } = {}) {
  return new Diagram(element, onSelect, editing);
}

export class Diagram {
  /** @type {Drawing | null} */
  drawing = null;
  /** @type {State[]} */
  states = [];
  /** @type {Record<number, string>} */
  statuses = {};
  #drawnDot = "";
  /** @type {number | null} */
  #selected = null;
  /** @type {Edge | null} */
  #edge = null;
  /** @type {Set<string>} */
  #taken = new Set();
  /** @type {{visits: Map<number, number>, ways: Map<string, number>}} */
  #counts = { visits: new Map(), ways: new Map() };
  /** @type {Minimap} */
  #minimap;
  #pictures = new Pictures({
    layOut: (dot) => layouts.of(dot),
    show: (svg, flow) => this.#picture(svg, flow),
    complete: (states, isWanted) => this.#list(states, isWanted),
    trouble: (reason) => this.stale(reason),
  });

  /**
   * @param {HTMLElement} element
   * @param {OnSelect} onSelect
   * @param {Editing} [editing]
   */
  constructor(element, onSelect, editing) {
    this.element = element;
    this.parts = buildFrame(element);
    this.canvas = new Canvas(this.parts.frame, this.parts.layer, () => this.#minimap.show(this.canvas.sight()));
    this.#minimap = new Minimap(this.parts.minimap, (point) => this.canvas.centre(point));
    this.interaction = new Interaction(this, onSelect, editing);
  }

  /**
   * Lay out and show a flow. The old picture stays until the new one is ready.
   * @param {string} dot
   * @param {State[]} states
   * @returns {Promise<boolean>} false: it was not shown, a newer one came before
   */
  draw(dot, states) {
    return this.#pictures.draw(dot, states);
  }

  /**
   * @param {string} svg
   * @param {{dot: string, states: State[]}} flow
   */
  async #picture(svg, { dot, states }) {
    const drawing = await drawn(svg, this.parts.layer, states, this.drawing);
    if (!drawing) return this.stale("cannot be drawn: the layout is not a picture");
    this.#drawnDot = dot;
    this.#show(drawing, states);
  }

  /**
   * @param {State[]} states
   * @param {() => boolean} isWanted
   */
  async #list(states, isWanted) {
    await writeOutline(this.parts.outline, states, isWanted);
    if (isWanted()) markOutline(this.parts.outline, states, this.statuses);
  }

  /**
   * @param {Drawing} drawing
   * @param {State[]} states
   */
  #show(drawing, states) {
    const old = { states: this.states, boxes: this.drawing?.boxes, selected: this.#selected };
    const kept = keptOf(old, { states, boxes: drawing.boxes });
    // The same flow may come anew, in a layout of its own: then what is chosen stays so.
    const edge = states === this.states && drawing.edges.find(({ id }) => id === this.#edge?.id);
    this.states = states;
    this.drawing = drawing;
    const catches = catchesOf(states);
    drawing.setRoutes(catches);
    this.parts.routes.hidden = catches.length === 0;
    this.canvas.size = drawing.size;
    this.#minimap.draw([...drawing.boxes.values()], drawing.size);
    drawing.mark(this.statuses, this.#taken);
    showCounts(drawing, this.#counts.visits, this.#counts.ways);
    if (this.canvas.isFitted) this.canvas.fit();
    else if (kept.by) this.canvas.shift(kept.by);
    else this.#minimap.show(this.canvas.sight());
    if (edge) this.selectEdge(edge);
    else this.select(kept.selected);
  }

  /**
   * Colour the states and edges that a run has touched.
   * @param {Record<number, string>} statuses by the states' numbers: "running", "succeeded", ... (_status.html)
   * @param {Iterable<[number, number]>} [takenEdges] [from, to]
   */
  mark(statuses, takenEdges = []) {
    this.statuses = statuses;
    this.#taken = new Set([...takenEdges].map(([from, to]) => `${from}-${to}`));
    this.drawing?.mark(this.statuses, this.#taken);
    markOutline(this.parts.outline, this.states, this.statuses);
  }

  /**
   * Say how often a run came to which state, and went which way.
   * @param {Map<number, number>} visits by the states' numbers
   * @param {Map<string, number>} ways   by "from-to"
   */
  count(visits, ways) {
    this.#counts = { visits, ways };
    if (this.drawing) showCounts(this.drawing, visits, ways);
  }

  /**
   * Show which state is looked at. Does not call onSelect.
   * @param {number | null} index
   */
  select(index) {
    this.#selected = index;
    this.#edge = null;
    this.drawing?.select(index);
    this.drawing?.selectEdge(null);
    const box = index === null ? undefined : this.drawing?.boxes.get(index);
    this.interaction.handles?.atState(box);
    if (box) this.canvas.reveal(box);
  }

  /** @param {Edge & {middle: {x: number, y: number}}} edge */
  selectEdge(edge) {
    this.select(edge.from < 0 ? null : edge.from);
    this.#edge = edge;
    this.drawing?.selectEdge(edge.id);
    this.interaction.handles?.atArrow(edge.middle);
    this.canvas.reveal({ x: edge.middle.x - 20, y: edge.middle.y - 20, width: 40, height: 40 });
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
    return this.drawing ? `The diagram shows the last valid version (${reason}).` : `No diagram yet (${reason}).`;
  }

  /**
   * Draw the ways out by Catch over the picture, or not. They are no part of the layout.
   * @param {boolean} isShown
   */
  showRoutes(isShown) {
    this.#routesBox().checked = isShown;
    this.element.classList.toggle("has-routes", isShown);
  }

  get areRoutesShown() {
    return this.#routesBox().checked;
  }

  #routesBox() {
    return /** @type {HTMLInputElement} */ (this.parts.routes.querySelector("input"));
  }

  /** What is chosen now: a state, or an arrow and the state it comes from. */
  get chosen() {
    return { state: this.#selected, edge: this.#edge };
  }

  /** Whether there are states that are not reached from the start. */
  get hasLost() {
    return Boolean(this.drawing?.svg.querySelector(".unreachable"));
  }

  fit() {
    this.canvas.fit({ whole: true });
  }

  /** @param {number} factor */
  zoom(factor) {
    this.canvas.zoom(factor);
  }

  focus() {
    this.parts.frame.focus();
  }

  /** Ask for a state by name. */
  find() {
    this.interaction.find();
  }

  /** @param {HTMLElement} button */
  save(button) {
    if (this.drawing) offerToSave(button, { drawing: this.drawing, dot: this.#drawnDot, element: this.element });
  }
}
