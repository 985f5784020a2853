// @ts-check
// How often a run came to a state and went which way, beside what it came to more than once.
import { made } from "./decoration.js";

/** @typedef {import("./drawing.js").Drawing} Drawing */

const OUTSIDE = 4;
const WIDTH = 22; // of a few digits

/**
 * @param {Drawing} drawing
 * @param {Map<number, number>} visits  by the state's number
 * @param {Map<string, number>} ways    by "from-to"
 */
export function showCounts(drawing, visits, ways) {
  const { x, y } = drawing.shift;
  for (const [index, group] of drawing.groups) {
    const box = drawing.boxes.get(index);
    if (box) write(group, visits.get(index) ?? 0, box.x - x + box.width + OUTSIDE, box.y - y + box.height);
  }
  for (const { from, to, group, middle } of drawing.edges) {
    write(group, ways.get(`${from}-${to}`) ?? 0, middle.x - x - WIDTH, middle.y - y); // conditions are on the right
  }
}

/**
 * @param {Element} group
 * @param {number} count
 * @param {number} x
 * @param {number} y
 */
function write(group, count, x, y) {
  group.querySelector(":scope > .count__times")?.remove();
  if (count < 2) return;
  const text = made("text", { class: "count__times", x: String(x), y: String(y) });
  text.textContent = `×${count.toLocaleString("en-GB")}`;
  group.append(text);
}
