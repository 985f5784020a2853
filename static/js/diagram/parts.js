// @ts-check
// One state or edge of the picture: what it is known by, and what is drawn on it.
import { badge, barPath, entitle, fit, icon, made } from "./decoration.js";
import { edgeOf } from "./graph.js";
import { boxOf, middleOf } from "./measure.js";
import { described } from "./outline.js";

/** @typedef {import("./graph.js").Box} Box */
/** @typedef {import("./graph.js").Edge} Edge */
/** @typedef {import("./outline.js").State} State */
/**
 * index and box are a state's, edge and middle an edge's; places are as Graphviz counts.
 * @typedef {{group: SVGGElement, index?: number, box?: Box, edge?: Edge, middle?: {x: number, y: number}}} Part
 */

const ID = /^<g id="([^"]*)"/;
const STATE = /^state-(\d+)$/;

/**
 * What two parts have in common that look the same: the text that Graphviz wrote, and what is drawn on it.
 * @param {string} text
 * @param {Map<number, State>} states
 */
export function keyOf(text, states) {
  const id = (ID.exec(text)?.[1] ?? "").replaceAll("&#45;", "-"); // Graphviz writes a dash so
  const state = states.get(Number(STATE.exec(id)?.[1] ?? -1));
  const edge = edgeOf(id);
  return `${text}${state ? described(state, undefined) : ""}${edge ? wordsOf(edge, states) : ""}`;
}

/**
 * Whether a part is the frame around others.
 * @param {Part} part
 */
export function clusterOf({ group }) {
  return group.classList.contains("cluster");
}

/**
 * Draw onto a group what Graphviz does not.
 * @param {SVGGElement} group
 * @param {Map<number, State>} states
 * @returns {Part}
 */
export function decorated(group, states) {
  const edge = edgeOf(group.id);
  if (edge) return ofEdge(edge, group, states);
  const state = STATE.exec(group.id);
  return state ? ofState(Number(state[1]), group, states) : { group };
}

/**
 * Give an edge a broad invisible line to be pointed at, and its conditions in full.
 * @param {Edge} edge
 * @param {SVGGElement} group
 * @param {Map<number, State>} states
 * @returns {Part}
 */
function ofEdge(edge, group, states) {
  const line = group.querySelector("path");
  const points = line?.getAttribute("d") ?? "";
  if (line) group.prepend(made("path", { class: "edge__reach", d: points }));
  const words = wordsOf(edge, states);
  if (words) entitle(group, words);
  return { group, edge, middle: line ? middleOf(points) : { x: 0, y: 0 } };
}

/**
 * @param {Edge} edge
 * @param {Map<number, State>} states
 */
function wordsOf(edge, states) {
  const ways = states.get(edge.from)?.ways ?? [];
  return ways.filter(({ to, kind, words }) => to === edge.to && kind === edge.kind && words).map(({ words }) => words).join("\n");
}

/**
 * Give a state its bar for the status, its icon and badge, and keep its text inside its box.
 * @param {number} index
 * @param {SVGGElement} group
 * @param {Map<number, State>} states
 * @returns {Part}
 */
function ofState(index, group, states) {
  const shape = group.querySelector("path, polygon");
  if (!shape) return { group }; // not drawn by to_dot
  const box = boxOf(shape.getAttribute("d") ?? shape.getAttribute("points") ?? "");
  const state = states.get(index);
  shape.after(made("path", { class: "state__bar", d: barPath(box) }), icon(state?.type ?? "", box));
  const texts = [...group.querySelectorAll("text")];
  const last = texts.at(-1);
  if (last) group.append(...badge(last, box));
  texts.forEach((text, at) => fit(text, box, at === texts.length - 1 && at > 0));
  if (state) entitle(group, described(state, undefined));
  return { group, index, box };
}
