// @ts-check
// A flow as a picture: mount it, give it DOT and the states, mark what a run did.
import { Canvas } from "./canvas.js";
import { showCounts } from "./counts.js";
import { drawn } from "./drawing.js";
import { offerToSave } from "./exporting.js";
import { askForState } from "./find.js";
import { buildFrame } from "./frame.js";
import { neighbour } from "./graph.js";
import { Handles } from "./handles.js";
import { catchesOf, keptOf } from "./keeping.js";
import { Layouts } from "./layout.js";
import { Minimap } from "./minimap.js";
import { described, markOutline, writeOutline } from "./outline.js";

/** @typedef {import("./outline.js").State} State */
/** @typedef {import("./drawing.js").Drawing} Drawing */
/** @typedef {import("./graph.js").Edge} Edge */
/** @typedef {(index: number | null, how: {isOpened: boolean}) => void} OnSelect isOpened: by Enter or double click */
/**
 * What makes a picture one that can be edited.
 * @typedef {{
 *   onKey: (key: string) => boolean, true: it meant something
 *   onConnect: (to: number | null) => void, from the chosen state; null asks for one
 *   onInsert: () => void, on the chosen arrow
 *   onMenu: (place: {left: number, bottom: number}) => void, for the chosen state
 * }} Editing
 */

const ZOOM_STEP = 1.25;
const layouts = new Layouts();

/**
 * Make `element` show flows.
 * @param {HTMLElement} element
 * @param {{onSelect?: OnSelect, editing?: Editing}} [options]
 */
export function mount(element, { onSelect = () => {}, editing } = {}) {
  return new Diagram(element, onSelect, editing);
}

class Diagram {
  /** @type {Drawing | null} */
  #drawing = null;
  #dot = "";
  /** @type {State[]} */
  #states = [];
  /** @type {number | null} */
  #selected = null;
  /** @type {Edge | null} */
  #edge = null;
  /** @type {Record<number, string>} */
  #statuses = {};
  /** @type {Set<string>} */
  #taken = new Set();
  /** @type {{visits: Map<number, number>, ways: Map<string, number>}} */
  #counts = { visits: new Map(), ways: new Map() };
  /** @type {Handles | null} */
  #handles = null;

  /**
   * @param {HTMLElement} element
   * @param {OnSelect} onSelect
   * @param {Editing} [editing]
   */
  constructor(element, onSelect, editing) {
    this.element = element;
    this.onSelect = onSelect;
    this.editing = editing;
    this.parts = buildFrame(element);
    this.canvas = new Canvas(this.parts.frame, this.parts.layer, () => this.#minimap.show(this.canvas.sight()));
    this.#minimap = new Minimap(this.parts.minimap, (point) => this.canvas.centre(point));
    this.#listen();
    if (editing) this.#handles = this.#editable(editing);
  }

  /** @type {Minimap} */
  #minimap;

  #listen() {
    const { frame, controls, outline, routes } = this.parts;
    frame.addEventListener("click", (event) => this.#click(event, false));
    frame.addEventListener("dblclick", (event) => this.#click(event, true));
    frame.addEventListener("keydown", (event) => this.#key(event));
    frame.addEventListener("pointerover", (event) => this.#drawing?.hint(this.#drawing.stateAt(event.target)));
    controls.addEventListener("click", (event) => this.#control(event));
    outline.addEventListener("click", (event) => this.#chooseInList(event));
    routes.addEventListener("change", () => this.showRoutes(this.#routesBox().checked));
  }

  /** @param {Editing} editing */
  #editable(editing) {
    this.element.classList.add("is-editable");
    this.parts.frame.addEventListener("contextmenu", (event) => {
      const index = this.#drawing?.stateAt(event.target) ?? null;
      if (index === null) return;
      event.preventDefault();
      this.#choose(index, false);
      editing.onMenu({ left: event.clientX, bottom: event.clientY });
    });
    return new Handles(this.parts.layer, {
      scale: () => this.canvas.view.scale,
      stateAt: (x, y) => this.#drawing?.stateAt(document.elementsFromPoint(x, y).find((one) => one.closest("g[id^=state-]")) ?? null) ?? null,
      onConnect: editing.onConnect,
      onInsert: editing.onInsert,
    });
  }

  /**
   * Lay out and show a flow. The old picture stays until the new one is ready.
   * @param {string} dot
   * @param {State[]} states
   */
  async draw(dot, states) {
    if (dot === this.#dot) return;
    this.#dot = dot;
    const isWanted = () => dot === this.#dot;
    const layout = await layouts.of(dot);
    if (!layout || !isWanted()) return;
    if (layout.svg === null) return this.stale(`cannot be drawn: ${layout.reason}`);
    const drawing = await drawn(layout.svg, this.parts.layer, states, isWanted);
    if (!isWanted()) return;
    if (!drawing) return this.stale("cannot be drawn: the layout is not a picture");
    this.#show(drawing, states);
    await writeOutline(this.parts.outline, states, isWanted);
    if (isWanted()) markOutline(this.parts.outline, states, this.#statuses);
  }

  /**
   * @param {Drawing} drawing
   * @param {State[]} states
   */
  #show(drawing, states) {
    const old = { states: this.#states, boxes: this.#drawing?.boxes, selected: this.#selected };
    const kept = keptOf(old, { states, boxes: drawing.boxes });
    this.#states = states;
    this.#drawing = drawing;
    const catches = catchesOf(states);
    drawing.setRoutes(catches);
    this.parts.routes.hidden = catches.length === 0;
    this.canvas.size = drawing.size;
    this.#minimap.draw(drawing.boxes.values(), drawing.size);
    drawing.mark(this.#statuses, this.#taken);
    showCounts(drawing, this.#counts.visits, this.#counts.ways);
    if (this.canvas.isFitted) this.canvas.fit();
    else if (kept.by) this.canvas.shift(kept.by);
    else this.#minimap.show(this.canvas.sight());
    this.#edge = null;
    this.select(kept.selected);
  }

  /**
   * Colour the states and edges that a run has touched.
   * @param {Record<number, string>} statuses by the states' numbers: "running", "succeeded", ... (_status.html)
   * @param {Iterable<[number, number]>} [takenEdges] [from, to]
   */
  mark(statuses, takenEdges = []) {
    this.#statuses = statuses;
    this.#taken = new Set([...takenEdges].map(([from, to]) => `${from}-${to}`));
    this.#drawing?.mark(this.#statuses, this.#taken);
    markOutline(this.parts.outline, this.#states, this.#statuses);
  }

  /**
   * Say how often a run came to which state, and went which way.
   * @param {Map<number, number>} visits by the states' numbers
   * @param {Map<string, number>} ways   by "from-to"
   */
  count(visits, ways) {
    this.#counts = { visits, ways };
    if (this.#drawing) showCounts(this.#drawing, visits, ways);
  }

  /**
   * Show which state is looked at. Does not call onSelect.
   * @param {number | null} index
   */
  select(index) {
    this.#selected = index;
    this.#edge = null;
    this.#drawing?.select(index);
    this.#drawing?.selectEdge(null);
    const box = index === null ? undefined : this.#drawing?.boxes.get(index);
    this.#handles?.atState(box);
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
    this.#routesBox().checked = isShown;
    this.element.classList.toggle("has-routes", isShown);
  }

  #routesBox() {
    return /** @type {HTMLInputElement} */ (this.parts.routes.querySelector("input"));
  }

  /** What is chosen now: a state, or an arrow and the state it comes from. */
  get chosen() {
    return { state: this.#selected, edge: this.#edge };
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
    const before = this.#selected;
    askForState(this.parts.frame, this.#states, {
      onLook: (index) => this.select(index),
      onDone: (index) => {
        this.focus();
        if (index === null) this.select(before);
        else this.#choose(index, false);
      },
    });
  }

  /**
   * @param {MouseEvent} event
   * @param {boolean} isOpened
   */
  #click(event, isOpened) {
    if (this.canvas.hasMoved || !this.#drawing) return;
    const index = this.#drawing.stateAt(event.target);
    if (index !== null) return this.#choose(index, isOpened);
    const edge = this.editing ? this.#drawing.edgeAt(event.target) : null;
    if (edge) this.#chooseEdge(edge);
  }

  /** @param {Edge & {middle: {x: number, y: number}}} edge */
  #chooseEdge(edge) {
    this.select(edge.from < 0 ? null : edge.from);
    this.#edge = edge;
    this.#drawing?.selectEdge(edge.id);
    this.#handles?.atArrow(edge.middle);
    this.canvas.reveal({ x: edge.middle.x - 20, y: edge.middle.y - 20, width: 40, height: 40 });
    this.parts.spoken.textContent = `Arrow from ${this.#nameOf(edge.from) ?? "the start"} to ${this.#nameOf(edge.to) ?? "the end"}`;
  }

  /** @param {number} index */
  #nameOf(index) {
    return this.#states.find((state) => state.index === index)?.name;
  }

  /** The next arrow that leads on from the chosen state, or from the start. */
  #nextEdge() {
    const edges = this.#drawing?.edges.filter(({ from }) => from === (this.#selected ?? -1)) ?? [];
    const at = edges.findIndex(({ id }) => id === this.#edge?.id);
    if (edges.length) this.#chooseEdge(edges[(at + 1) % edges.length]);
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
    const isTaken = act ? true : this.editing?.onKey(event.key);
    if (!isTaken) return;
    event.preventDefault();
    event.stopPropagation();
    act?.();
  }

  /** @returns {Record<string, () => void>} */
  #actions() {
    const arrows = /** @type {const} */ (["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]);
    return {
      ...Object.fromEntries(arrows.map((key) => [key, () => this.#step(key)])),
      ...(this.#selected === null ? {} : { Enter: () => this.#choose(this.#selected, true) }),
      ...(this.editing ? { e: () => this.#nextEdge() } : {}),
      "0": () => this.canvas.actualSize(),
      "1": () => this.fit(),
      "+": () => this.zoom(ZOOM_STEP),
      "=": () => this.zoom(ZOOM_STEP),
      "-": () => this.zoom(1 / ZOOM_STEP),
      "/": () => this.find(),
      f: () => this.showRoutes(!this.#routesBox().checked),
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
    if (!(button instanceof HTMLElement)) return;
    const actions = {
      in: () => this.zoom(ZOOM_STEP), out: () => this.zoom(1 / ZOOM_STEP), fit: () => this.fit(),
      find: () => this.find(), export: () => this.#save(button),
    };
    actions[/** @type {keyof typeof actions} */ (button.dataset.zoom)]?.();
  }

  /** @param {HTMLElement} button */
  #save(button) {
    if (this.#drawing) offerToSave(button, { drawing: this.#drawing, dot: this.#dot, element: this.element });
  }
}
