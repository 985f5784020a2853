// @ts-check
// What is drawn onto the states and edges that Graphviz has placed.
import { iconPath } from "./icons.js";
import { widthOf } from "./measure.js";

/** @typedef {import("./graph.js").Box} Box */

const SVG = "http://www.w3.org/2000/svg";
const BAR_WIDTH = 4;
const BAR_LEFT = 3;
const BAR_INSET = 8;
const ICON_SIZE = 13;
const ICON_LEFT = 11;
const CAUGHT = /(?: · |^)catch (\d+)$/; // how to_dot ends the second line of a state that catches errors
const BADGE_RADIUS = 8;

/**
 * How far Graphviz moves everything it draws: its own origin is at the bottom.
 * @param {Element | null} graph
 */
export function shiftOf(graph) {
  const moved = /translate\(([-\d.]+)[ ,]+([-\d.]+)\)/.exec(graph?.getAttribute("transform") ?? "");
  return { x: Number(moved?.[1] ?? 0), y: Number(moved?.[2] ?? 0) };
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 */
export function made(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/**
 * Say in full what something is, for the pointer that rests on it.
 * @param {Element} group
 * @param {string} words
 */
export function entitle(group, words) {
  const title = made("title", {});
  title.textContent = words;
  group.prepend(title);
}

/**
 * @param {string} type
 * @param {Box} box
 */
export function icon(type, box) {
  const scale = ICON_SIZE / 16;
  const [x, y] = [box.x + ICON_LEFT, box.y + (box.height - ICON_SIZE) / 2];
  return made("path", { class: "state__icon", d: iconPath(type), transform: `translate(${x} ${y}) scale(${scale})` });
}

/**
 * Squeeze a line that is broader than its box.
 * @param {SVGTextElement} text
 * @param {Box} box
 * @param {boolean} isSecond the line below the name
 */
export function fit(text, box, isSecond) {
  const room = box.width - 2 * (ICON_LEFT + ICON_SIZE + 3);
  const width = widthOf(text.textContent ?? "", isSecond ? 10 : 11, isSecond ? 400 : 600);
  if (width > room) squeeze(text, room);
}

/**
 * From the right edge of one box to the right edge of another, bulging with the distance.
 * @param {number} from
 * @param {Box} start
 * @param {Box} end
 */
export function arc(from, start, end) {
  const at = { x: start.x + start.width, y: start.y + start.height / 2 };
  const to = { x: end.x + end.width, y: end.y + end.height / 2 };
  const bulge = Math.max(at.x, to.x) + 24 + Math.min(Math.abs(to.y - at.y) / 6, 60);
  const line = `M${at.x} ${at.y}C${bulge} ${at.y} ${bulge} ${to.y} ${to.x + 6} ${to.y}m5 -3l-5 3l5 3`;
  return made("path", { d: line, "data-from": String(from) });
}

/**
 * A pill along the left edge, clear of the rounded corners.
 * @param {Box} box
 */
export function barPath({ x, y, height }) {
  const radius = BAR_WIDTH / 2;
  const arc = `a${radius} ${radius} 0 0 1 `;
  const length = height - 2 * BAR_INSET;
  return `M${x + BAR_LEFT} ${y + BAR_INSET}${arc}${BAR_WIDTH} 0v${length}${arc}${-BAR_WIDTH} 0z`;
}

/**
 * Move the number of ways out by Catch from a state's text to a badge at its corner.
 * @param {SVGTextElement} text
 * @param {Box} box
 */
export function badge(text, box) {
  const words = text.textContent ?? "";
  const count = CAUGHT.exec(words)?.[1];
  if (!count) return [];
  const x = String(box.x + box.width - 2);
  const circle = made("circle", { class: "state__badge", cx: x, cy: String(box.y + 2), r: String(BADGE_RADIUS) });
  const number = made("text", { class: "state__count", x, y: String(box.y + 5) });
  number.textContent = count;
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
