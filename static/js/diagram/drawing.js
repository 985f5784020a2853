// @ts-check
// The drawn flow: its states and edges by number, and the marks on them.
import { edgeOf } from "./graph.js";

/** @typedef {import("./graph.js").Box} Box */
/** @typedef {import("./graph.js").Edge} Edge */
/**
 * @typedef {{
 *   index: number, group: SVGGElement, shape: SVGGraphicsElement, box: DOMRect,
 *   texts: {text: SVGTextElement, length: number}[],
 * }} Measured
 */

const SVG = "http://www.w3.org/2000/svg";
const BAR_WIDTH = 4;
const TEXT_MARGIN = 12;
const STATUS = /^status--/;
const CAUGHT = / · catch (\d+)$/; // how to_dot ends the second line of a state that catches errors
const BADGE_RADIUS = 8;

export class Drawing {
  /** @type {Map<number, SVGGElement>} */
  groups = new Map();
  /** @type {Map<number, Box>} */
  boxes = new Map();
  /** @type {(Edge & {group: Element})[]} */
  edges = [];

  /** @param {SVGSVGElement} svg in the document already, so that it can be measured */
  constructor(svg) {
    this.svg = svg;
    const { width, height } = svg.viewBox.baseVal;
    this.size = { width, height };
    this.shift = shiftOf(svg);
    const groups = /** @type {SVGGElement[]} */ ([...svg.querySelectorAll("g[id]")]);
    // Measured all at once, then changed all at once: by turns, each measure would lay the picture out anew.
    const measured = groups.flatMap((group) => this.#measured(group));
    for (const state of measured) this.#decorate(state);
  }

  /**
   * @param {SVGGElement} group
   * @returns {Measured[]}
   */
  #measured(group) {
    const edge = edgeOf(group.id);
    if (edge) this.edges.push({ ...edge, group });
    const state = /^state-(\d+)$/.exec(group.id);
    if (!state) return [];
    const shape = /** @type {SVGGraphicsElement} */ (group.querySelector("path, polygon, rect, ellipse"));
    const texts = [...group.querySelectorAll("text")].map((text) => ({ text, length: text.getComputedTextLength() }));
    return [{ index: Number(state[1]), group, shape, box: shape.getBBox(), texts }];
  }

  /**
   * Give a state its bar for the status, and keep its text inside its box.
   * @param {Measured} state
   */
  #decorate({ index, group, shape, box, texts }) {
    const bar = document.createElementNS(SVG, "path");
    bar.setAttribute("class", "state__bar");
    bar.setAttribute("d", barPath(box));
    shape.after(bar);
    const room = box.width - 2 * TEXT_MARGIN;
    const last = texts.at(-1);
    if (last && CAUGHT.test(last.text.textContent ?? "")) {
      group.append(...badge(last.text, box));
      last.length = 0; // shorter now by more than a box's margins
    }
    for (const { text, length } of texts) if (length > room) squeeze(text, room);
    this.groups.set(index, group);
    this.boxes.set(index, { x: box.x + this.shift.x, y: box.y + this.shift.y, width: box.width, height: box.height });
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
      if (start && end) this.#routes.append(arc(start, end));
    }
    this.svg.append(this.#routes);
  }

  /** @type {SVGGElement | null} */
  #routes = null;

  /**
   * Say in full what a state is, for the pointer that rests on it.
   * @param {number} index
   * @param {string} words
   */
  entitle(index, words) {
    const title = document.createElementNS(SVG, "title");
    title.textContent = words;
    this.groups.get(index)?.prepend(title);
  }

  /** @param {number | null} index */
  select(index) {
    for (const [other, group] of this.groups) group.classList.toggle("selected", other === index);
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
 * How far Graphviz moves everything it draws: its own origin is at the bottom.
 * @param {SVGSVGElement} svg
 */
function shiftOf(svg) {
  const graph = /** @type {SVGGElement | null} */ (svg.querySelector("g"));
  const matrix = graph?.transform.baseVal.consolidate()?.matrix;
  return { x: matrix?.e ?? 0, y: matrix?.f ?? 0 };
}

/**
 * From the right edge of one box to the right edge of another, bulging with the distance.
 * @param {Box} start
 * @param {Box} end
 */
function arc(start, end) {
  const from = { x: start.x + start.width, y: start.y + start.height / 2 };
  const to = { x: end.x + end.width, y: end.y + end.height / 2 };
  const bulge = Math.max(from.x, to.x) + 24 + Math.min(Math.abs(to.y - from.y) / 6, 60);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", `M${from.x} ${from.y}C${bulge} ${from.y} ${bulge} ${to.y} ${to.x + 6} ${to.y}m5 -3l-5 3l5 3`);
  return path;
}

/** @param {DOMRect} box */
function barPath({ x, y, height }) {
  const radius = BAR_WIDTH;
  return `M${x + radius} ${y}h${BAR_WIDTH - radius}v${height}h${radius - BAR_WIDTH}`
    + `a${radius} ${radius} 0 0 1 ${-radius} ${-radius}v${2 * radius - height}a${radius} ${radius} 0 0 1 ${radius} ${-radius}z`;
}

/**
 * Move the number of ways out by Catch from a state's text to a badge at its corner.
 * @param {SVGTextElement} text
 * @param {DOMRect} box
 */
function badge(text, box) {
  const words = text.textContent ?? "";
  const x = String(box.x + box.width - 2);
  const circle = document.createElementNS(SVG, "circle");
  circle.setAttribute("class", "state__badge");
  circle.setAttribute("cx", x);
  circle.setAttribute("cy", String(box.y + 2));
  circle.setAttribute("r", String(BADGE_RADIUS));
  const number = document.createElementNS(SVG, "text");
  number.setAttribute("class", "state__count");
  number.setAttribute("x", x);
  number.setAttribute("y", String(box.y + 5));
  number.textContent = CAUGHT.exec(words)?.[1] ?? "";
  text.textContent = words.replace(CAUGHT, "");
  return [circle, number];
}

/**
 * @param {SVGTextElement} text
 * @param {number} room
 */
function squeeze(text, room) {
  text.setAttribute("textLength", String(room));
  text.setAttribute("lengthAdjust", "spacingAndGlyphs");
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
