// @ts-check
// What people do to a diagram: choose states and arrows by mouse, keys or name.
import { ofKey, press } from "./commands.js";
import { askForState } from "./find.js";
import { neighbour } from "./graph.js";
import { Handles } from "./handles.js";
import { described } from "./outline.js";

/** @typedef {import("./diagram.js").Diagram} Diagram */
/** @typedef {import("./diagram.js").Editing} Editing */
/** @typedef {import("./diagram.js").OnSelect} OnSelect */
/** @typedef {import("./graph.js").Edge} Edge */

export class Interaction {
  /** @type {Handles | null} */
  handles = null;

  /**
   * @param {Diagram} diagram
   * @param {OnSelect} onSelect
   * @param {Editing} [editing]
   */
  constructor(diagram, onSelect, editing) {
    this.diagram = diagram;
    this.onSelect = onSelect;
    this.editing = editing;
    this.#listen();
    if (editing) this.handles = this.#editable(editing);
  }

  get #drawing() {
    return this.diagram.drawing;
  }

  #listen() {
    const { frame, controls, outline, routes } = this.diagram.parts;
    frame.addEventListener("click", (event) => this.#click(event, false));
    frame.addEventListener("dblclick", (event) => this.#click(event, true));
    frame.addEventListener("keydown", (event) => this.#key(event));
    frame.addEventListener("pointerover", (event) => this.#drawing?.hint(this.#drawing.stateAt(event.target)));
    controls.addEventListener("click", (event) => (
      press(event, { ...this.#views(), save: (button) => this.diagram.save(button) })
    ));
    outline.addEventListener("click", (event) => this.#chooseInList(event));
    routes.addEventListener("change", () => this.diagram.showRoutes(this.diagram.areRoutesShown));
  }

  /** @param {Editing} editing */
  #editable(editing) {
    const { element, parts, canvas } = this.diagram;
    element.classList.add("is-editable");
    parts.frame.addEventListener("contextmenu", (event) => {
      const index = this.#drawing?.stateAt(event.target) ?? null;
      if (index === null) return;
      event.preventDefault();
      this.#menu(index, editing, event);
    });
    return new Handles(parts.layer, {
      scale: () => canvas.view.scale,
      stateAt: (x, y) => this.#drawing?.stateAt(document.elementsFromPoint(x, y).find((one) => one.closest("g[id^=state-]")) ?? null) ?? null,
      onConnect: editing.onConnect,
      onInsert: editing.onInsert,
    });
  }

  /** Ask for a state by name. */
  find() {
    const before = this.diagram.chosen.state;
    askForState(this.diagram.parts.frame, this.diagram.states, {
      onLook: (index) => this.diagram.select(index),
      onDone: (index) => {
        this.diagram.focus();
        if (index === null) this.diagram.select(before);
        else this.#choose(index, false);
      },
    });
  }

  /**
   * @param {MouseEvent} event
   * @param {boolean} isOpened
   */
  #click(event, isOpened) {
    if (this.diagram.canvas.hasMoved || !this.#drawing) return;
    const index = this.#drawing.stateAt(event.target);
    if (index !== null) return this.#choose(index, isOpened);
    if (!this.editing) return;
    const edge = this.#drawing.edgeAt(event.target);
    if (edge) this.#chooseEdge(edge);
    else if (this.#drawing.isLostAt(event.target)) this.#menu(null, this.editing, event);
  }

  /**
   * Offer what can be done to a state, or to all that is not reachable.
   * @param {number | null} index
   * @param {Editing} editing
   * @param {MouseEvent} event
   */
  #menu(index, editing, event) {
    this.#choose(index, false);
    editing.onMenu({ left: event.clientX, bottom: event.clientY });
  }

  /** @param {Edge & {middle: {x: number, y: number}}} edge */
  #chooseEdge(edge) {
    this.diagram.selectEdge(edge);
    this.#say(`Arrow from ${this.#nameOf(edge.from) ?? "the start"} to ${this.#nameOf(edge.to) ?? "the end"}`);
  }

  /** @param {string} words */
  #say(words) {
    this.diagram.parts.spoken.textContent = words;
  }

  /** @param {number} index */
  #nameOf(index) {
    return this.diagram.states.find((state) => state.index === index)?.name;
  }

  /** The next arrow that leads on from the chosen state, or from the start. */
  #nextEdge() {
    const { state, edge } = this.diagram.chosen;
    const edges = this.#drawing?.edges.filter(({ from }) => from === (state ?? -1)) ?? [];
    const at = edges.findIndex(({ id }) => id === edge?.id);
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
    this.diagram.select(index);
    const state = this.diagram.states.find((state) => state.index === index);
    if (state) this.#say(described(state, this.diagram.statuses[state.index]));
    this.onSelect(index, { isOpened });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { diagram } = this;
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== diagram.parts.frame) return;
    const { state } = diagram.chosen;
    const act = ofKey(event.key, {
      ...this.#views(),
      actualSize: () => diagram.canvas.actualSize(),
      step: (key) => this.#step(key),
      open: state === null ? null : () => this.#choose(state, true),
      nextArrow: this.editing ? () => this.#nextEdge() : null,
      toggleRoutes: () => diagram.showRoutes(!diagram.areRoutesShown),
    });
    if (!act && !this.editing?.onKey(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    act?.();
  }

  #views() {
    const { diagram } = this;
    return { zoom: (/** @type {number} */ factor) => diagram.zoom(factor), fit: () => diagram.fit(), find: () => this.find() };
  }

  /** @param {import("./commands.js").Arrow} key */
  #step(key) {
    if (!this.#drawing) return;
    this.#choose(neighbour(this.diagram.chosen.state, key, this.#drawing.edges, this.#drawing.boxes), false);
  }
}
