// @ts-check
// Which state follows which, and where an arrow key leads. Pure.

/** @typedef {{from: number, to: number, kind: string, id: string}} Edge from -1: the start; to -1: the end */
/** @typedef {{x: number, y: number, width: number, height: number}} Box */

const EDGE_ID = /^edge-(start|\d+)-(end|\d+)(?:-([\w-]+))?$/;

/**
 * Read an edge out of its id: "edge-0-2-next", "edge-start-0", "edge-2-end"; null for other ids.
 * @param {string} id
 * @returns {Edge | null}
 */
export function edgeOf(id) {
  const match = EDGE_ID.exec(id);
  if (!match) return null;
  return { from: number(match[1]), to: number(match[2]), kind: match[3] ?? "next", id };
}

/** @param {string} text */
function number(text) {
  return /^\d+$/.test(text) ? Number(text) : -1;
}

/**
 * The state that an arrow key leads to from `index`: down and up along the edges, left and right to the
 * neighbours at the same height. `index` itself when there is none; the first state when nothing is selected.
 * @param {number | null} index
 * @param {"ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight"} key
 * @param {Edge[]} edges
 * @param {Map<number, Box>} boxes
 * @returns {number | null}
 */
export function neighbour(index, key, edges, boxes) {
  if (index === null || !boxes.has(index)) return first(boxes);
  const here = middle(/** @type {Box} */ (boxes.get(index)));
  if (key === "ArrowDown") return nearest(here, targets(index, edges), boxes) ?? index;
  if (key === "ArrowUp") return nearest(here, sources(index, edges), boxes) ?? index;
  return beside(index, here, key === "ArrowLeft" ? -1 : 1, boxes) ?? index;
}

/** @param {Map<number, Box>} boxes */
function first(boxes) {
  return boxes.size ? Math.min(...boxes.keys()) : null;
}

/**
 * @param {number} index
 * @param {Edge[]} edges
 */
function targets(index, edges) {
  return edges.filter(({ from, to }) => from === index && to !== index).map(({ to }) => to);
}

/**
 * @param {number} index
 * @param {Edge[]} edges
 */
function sources(index, edges) {
  return edges.filter(({ from, to }) => to === index && from !== index).map(({ from }) => from);
}

/** @param {Box} box */
function middle(box) {
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/**
 * @param {{x: number, y: number}} here
 * @param {number[]} candidates
 * @param {Map<number, Box>} boxes
 * @returns {number | null}
 */
function nearest(here, candidates, boxes) {
  const drawn = candidates.flatMap((index) => {
    const box = boxes.get(index);
    return box ? [{ index, distance: Math.hypot(middle(box).x - here.x, middle(box).y - here.y) }] : [];
  });
  drawn.sort((a, b) => a.distance - b.distance);
  return drawn[0]?.index ?? null;
}

/**
 * @param {number} index
 * @param {{x: number, y: number}} here
 * @param {-1 | 1} direction
 * @param {Map<number, Box>} boxes
 */
function beside(index, here, direction, boxes) {
  const level = [...boxes].filter(([other, box]) => {
    const there = middle(box);
    return other !== index && Math.abs(there.y - here.y) < box.height && (there.x - here.x) * direction > 0;
  });
  return nearest(here, level.map(([other]) => other), boxes);
}
