// @ts-check
// The drawn flow: its states and edges by number, and the marks on them.
import { inSlices } from "./chunks.js";
import { arc, badge, barPath, entitle, fit, icon, made, shiftOf } from "./decoration.js";
import { edgeOf } from "./graph.js";
import { boxOf, middleOf } from "./measure.js";
import { described } from "./outline.js";
import { drawingOf, partsOf, rebuilt } from "./sanitise.js";

/** @typedef {import("./graph.js").Box} Box */
/** @typedef {import("./graph.js").Edge} Edge */
/** @typedef {import("./outline.js").State} State */

const SVG = "http://www.w3.org/2000/svg";
const STATUS = /^status--/;

/**
 * Build the picture in `layer`, unseen until it is whole; then it takes the place of the old one.
 * @param {string} text the SVG that Graphviz has made
 * @param {HTMLElement} layer
 * @param {State[]} states
 * @param {() => boolean} isWanted
 * @returns {Promise<Drawing | null>} null when it is no picture, or not wanted any more
 */
export async function drawn(text, layer, states, isWanted) {
  const found = drawingOf(text);
  if (!found) return null;
  const { svg, graph, rest, batches } = found;
  const drawing = new Drawing(svg, new Map(states.map((state) => [state.index, state])));
  svg.classList.add("is-coming");
  layer.append(svg);
  drawing.take(graph, rest.flatMap(rebuilt));
  const isWhole = await inSlices(batches, (batch) => drawing.take(graph, partsOf(batch)), isWanted);
  if (!isWhole) {
    svg.remove();
    return null;
  }
  svg.classList.remove("is-coming");
  layer.replaceChildren(svg);
  return drawing;
}

export class Drawing {
  /** @type {Map<number, SVGGElement>} */
  groups = new Map();
  /** @type {Map<number, Box>} */
  boxes = new Map();
  /** @type {(Edge & {group: Element, middle: {x: number, y: number}})[]} */
  edges = [];

  /**
   * @param {SVGSVGElement} svg
   * @param {Map<number, State>} states
   */
  constructor(svg, states) {
    this.svg = svg;
    this.states = states;
    const [, , width, height] = (svg.getAttribute("viewBox") ?? "0 0 1 1").split(" ").map(Number);
    this.size = { width, height };
    svg.setAttribute("width", String(width));
    svg.setAttribute("height", String(height));
    this.shift = shiftOf(svg.querySelector("g"));
  }

  /**
   * Put nodes into the graph, states and edges with what is drawn on them.
   * @param {Element} graph
   * @param {Node[]} nodes
   */
  take(graph, nodes) {
    for (const node of nodes) {
      if (node instanceof SVGGElement && node.id) this.#decorate(node);
      graph.append(node);
    }
  }

  /** @param {SVGGElement} group */
  #decorate(group) {
    const edge = edgeOf(group.id);
    if (edge) return this.#edge(edge, group);
    const state = /^state-(\d+)$/.exec(group.id);
    if (state) this.#state(Number(state[1]), group);
  }

  /**
   * Give an edge a broad invisible line to be pointed at, and its conditions in full.
   * @param {Edge} edge
   * @param {SVGGElement} group
   */
  #edge(edge, group) {
    const line = group.querySelector("path");
    const points = line?.getAttribute("d") ?? "";
    const middle = line ? this.#moved(middleOf(points)) : { x: 0, y: 0 };
    this.edges.push({ ...edge, group, middle });
    if (line) group.prepend(made("path", { class: "edge__reach", d: points }));
    const words = (this.states.get(edge.from)?.ways ?? [])
      .filter(({ to, kind, words }) => to === edge.to && kind === edge.kind && words)
      .map(({ words }) => words);
    if (words.length) entitle(group, words.join("\n"));
  }

  /**
   * Give a state its bar for the status, its icon and badge, and keep its text inside its box.
   * @param {number} index
   * @param {SVGGElement} group
   */
  #state(index, group) {
    const shape = group.querySelector("path, polygon");
    if (!shape) return; // not drawn by to_dot
    const box = boxOf(shape.getAttribute("d") ?? shape.getAttribute("points") ?? "");
    const state = this.states.get(index);
    shape.after(made("path", { class: "state__bar", d: barPath(box) }), icon(state?.type ?? "", box));
    const texts = [...group.querySelectorAll("text")];
    const last = texts.at(-1);
    if (last) group.append(...badge(last, box));
    texts.forEach((text, at) => fit(text, box, at === texts.length - 1 && at > 0));
    this.groups.set(index, group);
    this.boxes.set(index, { ...box, ...this.#moved(box) });
    if (state) entitle(group, described(state, undefined));
  }

  /** @param {{x: number, y: number}} point as Graphviz counts */
  #moved({ x, y }) {
    return { x: x + this.shift.x, y: y + this.shift.y };
  }

  /**
   * @param {Record<number, string>} statuses a status word of _status.html for each state that has one
   * @param {Set<string>} taken edges that a run took, as "from-to"
   */
  mark(statuses, taken) {
    for (const [index, group] of this.groups) setStatus(group, statuses[index]);
    for (const { from, to, group } of this.edges) {
      group.classList.toggle("taken", taken.has(`${from}-${to}`));
      setStatus(group, taken.has(`${from}-${to}`) ? statuses[to] ?? "succeeded" : undefined);
    }
    for (const path of this.#routes?.children ?? []) {
      path.classList.toggle("is-taken", taken.has(`${path.getAttribute("data-from")}-${path.getAttribute("data-to")}`));
    }
  }

  /**
   * Draw the ways out by Catch as arcs beside the states.
   * @param {[number, number][]} routes [from, to]
   */
  setRoutes(routes) {
    this.#routes?.remove();
    this.#routes = document.createElementNS(SVG, "g");
    this.#routes.setAttribute("class", "routes");
    for (const [from, to] of routes) {
      const [start, end] = [this.boxes.get(from), this.boxes.get(to)];
      if (!start || !end) continue;
      const path = arc(from, start, end);
      path.setAttribute("data-to", String(to));
      this.#routes.append(path);
    }
    this.svg.append(this.#routes);
  }

  /** @type {SVGGElement | null} */
  #routes = null;

  /**
   * Show the ways out by Catch of the one state that is pointed at.
   * @param {number | null} index
   */
  hint(index) {
    for (const path of this.#routes?.children ?? []) {
      path.classList.toggle("is-hinted", path.getAttribute("data-from") === String(index));
    }
  }

  /** @param {number | null} index */
  select(index) {
    for (const [other, group] of this.groups) group.classList.toggle("selected", other === index);
  }

  /** @param {string | null} id of the edge that is looked at */
  selectEdge(id) {
    for (const edge of this.edges) edge.group.classList.toggle("selected", edge.id === id);
  }

  /**
   * The edge that a place in the drawing belongs to.
   * @param {EventTarget | null} target
   */
  edgeAt(target) {
    const group = target instanceof Element ? target.closest("g[id^=edge-]") : null;
    return this.edges.find((edge) => edge.group === group) ?? null;
  }

  /**
   * The state that a place in the drawing belongs to.
   * @param {EventTarget | null} target
   * @returns {number | null}
   */
  stateAt(target) {
    const group = target instanceof Element ? target.closest("g[id^=state-]") : null;
    return group ? Number(group.id.slice("state-".length)) : null;
  }
}

/**
 * @param {Element} group
 * @param {string | undefined} status
 */
function setStatus(group, status) {
  const old = [...group.classList].filter((name) => STATUS.test(name));
  if (old.length === (status ? 1 : 0) && old[0] === (status && `status--${status}`)) return;
  group.classList.remove(...old);
  if (status) group.classList.add(`status--${status}`);
}
