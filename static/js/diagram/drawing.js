// @ts-check
// The drawn flow: its states and edges by number, and the marks on them.
import { inSlices } from "./chunks.js";
import { arc, shiftOf } from "./decoration.js";
import { clusterOf, decorated, keyOf } from "./parts.js";
import { frameOf, partsOf, rebuilt, takenApart } from "./sanitise.js";

/** @typedef {import("./graph.js").Box} Box */
/** @typedef {import("./graph.js").Edge} Edge */
/** @typedef {import("./outline.js").State} State */
/** @typedef {import("./parts.js").Part} Part */
/** @typedef {NonNullable<ReturnType<typeof frameOf>>} Frame */

const SVG = "http://www.w3.org/2000/svg";
const STATUS = /^status--/;
const GROUPS_AT_ONCE = 20;
const MOST_NEW = 0.5; // of a picture: what has more that is new is drawn anew

/**
 * Show the picture: only what differs from the one before is drawn, or else all of it unseen and then at once.
 * @param {string} text the SVG that Graphviz has made
 * @param {HTMLElement} layer
 * @param {State[]} states
 * @param {Drawing | null} before
 * @returns {Promise<Drawing | null>} null when it is no picture
 */
export async function drawn(text, layer, states, before) {
  const taken = takenApart(text);
  const frame = before?.frame.text === taken.frame ? before.frame : frameOf(taken.frame);
  if (!frame) return null;
  const byIndex = new Map(states.map((state) => [state.index, state]));
  const keys = taken.groups.map((group) => keyOf(group, byIndex));
  const fresh = keys.filter((key) => !before?.parts.has(key));
  const isPatch = before !== null && fresh.length <= keys.length * MOST_NEW;
  const drawing = new Drawing(frame, isPatch ? before : null);
  if (!isPatch) drawing.begin(layer, byIndex);
  const texts = new Map(keys.map((key, at) => [key, taken.groups[at]]));
  await inSlices(inBatches(isPatch ? fresh : keys), (batch) => {
    const nodes = partsOf(batch.map((key) => texts.get(key) ?? "")).filter((node) => node instanceof SVGGElement);
    nodes.forEach((node, at) => drawing.take(batch[at], decorated(/** @type {SVGGElement} */ (node), byIndex), !isPatch));
  });
  if (isPatch) drawing.patch(before, keys);
  else drawing.reveal(layer);
  return drawing;
}

/** @param {string[]} keys */
function inBatches(keys) {
  const starts = Array.from({ length: Math.ceil(keys.length / GROUPS_AT_ONCE) }, (_, at) => at * GROUPS_AT_ONCE);
  return starts.map((start) => keys.slice(start, start + GROUPS_AT_ONCE));
}

export class Drawing {
  /** @type {Map<string, Part>} */
  parts = new Map();
  /** @type {Map<number, SVGGElement>} */
  groups = new Map();
  /** @type {Map<number, Box>} */
  boxes = new Map();
  /** @type {(Edge & {group: Element, middle: {x: number, y: number}})[]} */
  edges = [];
  /** @type {Node[]} */
  #rest = [];

  /**
   * @param {Frame} frame
   * @param {Drawing | null} before whose picture becomes this one
   */
  constructor(frame, before) {
    this.frame = frame;
    this.svg = before?.svg ?? frame.svg;
    this.graph = before?.graph ?? frame.graph;
    const [, , width, height] = (frame.svg.getAttribute("viewBox") ?? "0 0 1 1").split(" ").map(Number);
    this.size = { width, height };
    this.shift = shiftOf(frame.svg.querySelector("g"));
  }

  /**
   * Begin a picture of its own, which is not seen before it is whole.
   * @param {HTMLElement} layer
   * @param {Map<number, State>} states
   */
  begin(layer, states) {
    this.#measure();
    this.svg.classList.add("is-coming");
    this.#rest = this.frame.rest.flatMap(rebuilt);
    this.graph.append(...this.#rest);
    for (const node of this.#rest) {
      if (node instanceof SVGGElement && node.id) this.take(node.id, decorated(node, states), false);
    }
    layer.append(this.svg);
  }

  /** @param {HTMLElement} layer */
  reveal(layer) {
    // Taken out and put in again, it would be laid out again.
    for (const other of [...layer.children]) if (other !== this.svg) other.remove();
    this.svg.classList.remove("is-coming");
  }

  /**
   * Make the picture before this one: what is the same stays as it is.
   * @param {Drawing} before
   * @param {string[]} keys of all parts
   */
  patch(before, keys) {
    const wanted = new Set(keys);
    for (const [key, part] of before.parts) if (!wanted.has(key)) part.group.remove();
    const fresh = [...this.parts.values()];
    for (const key of keys) {
      const part = before.parts.get(key);
      if (part) this.take(key, part, false);
    }
    this.#reframe(before, fresh.filter(clusterOf).map(({ group }) => group));
    const firstEdge = before.edges.find(({ group }) => group.isConnected)?.group ?? null;
    for (const part of fresh) {
      if (part.edge) this.graph.append(part.group);
      else if (!clusterOf(part)) this.graph.insertBefore(part.group, firstEdge);
    }
    this.#routes = before.#routes;
    this.#drawnRoutes = before.#drawnRoutes;
  }

  /**
   * What lies behind all states and arrows. Anything that is set anew, the browser lays out anew.
   * @param {Drawing} before
   * @param {Element[]} clusters that are new
   */
  #reframe(before, clusters) {
    this.#rest = before.#rest;
    if (this.frame !== before.frame) {
      this.#measure();
      for (const node of before.#rest) node.parentNode?.removeChild(node);
      this.#rest = this.frame.rest.flatMap(rebuilt);
    }
    if (this.frame !== before.frame || clusters.length) this.graph.prepend(...this.#rest, ...clusters);
  }

  #measure() {
    const { svg, graph } = this.frame;
    const { width, height } = this.size;
    const viewBox = svg.getAttribute("viewBox") ?? "";
    for (const [name, value] of Object.entries({ viewBox, width, height })) this.svg.setAttribute(name, String(value));
    this.graph.setAttribute("transform", graph.getAttribute("transform") ?? "");
  }

  /**
   * @param {string} key
   * @param {Part} part
   * @param {boolean} isShown whether it is put into the picture at once
   */
  take(key, part, isShown) {
    this.parts.set(key, part);
    const { group, index, box, edge, middle } = part;
    if (isShown) this.graph.append(group);
    if (edge && middle) this.edges.push({ ...edge, group, middle: this.#moved(middle) });
    if (index === undefined || !box) return;
    this.groups.set(index, group);
    this.boxes.set(index, { ...box, ...this.#moved(box) });
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
    const ends = routes.map(([from, to]) => ({ from, to, start: this.boxes.get(from), end: this.boxes.get(to) }));
    const drawn = JSON.stringify(ends);
    if (this.#routes && drawn === this.#drawnRoutes) return;
    this.#drawnRoutes = drawn;
    this.#routes?.remove();
    this.#routes = document.createElementNS(SVG, "g");
    this.#routes.setAttribute("class", "routes");
    for (const { from, to, start, end } of ends) {
      if (!start || !end) continue;
      const path = arc(from, start, end);
      path.setAttribute("data-to", String(to));
      this.#routes.append(path);
    }
    this.svg.append(this.#routes);
  }

  /** @type {SVGGElement | null} */
  #routes = null;
  /** What the arcs show, as JSON. */
  #drawnRoutes = "";

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
   * Whether a place in the drawing belongs to the frame around what is not reachable.
   * @param {EventTarget | null} target
   */
  isLostAt(target) {
    return target instanceof Element && target.closest("g.unreachable") !== null;
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
