// @ts-check
// Sizes of what Graphviz has drawn, read off its numbers: asking the browser would lay out the whole picture. Pure,
// but for the one canvas that widths of texts are measured on.

/** @typedef {import("./graph.js").Box} Box */

const NUMBER = /-?\d*\.?\d+(?:e-?\d+)?/gi;
const FACE = 'Arial, "Liberation Sans", Helvetica, "Nimbus Sans", sans-serif';
/** @type {CanvasRenderingContext2D | null | undefined} */
let pen;

/**
 * The box around the points of a path ("M1,2C3,4 ...") or a polygon ("1,2 3,4"). Graphviz writes absolute pairs.
 * @param {string} points
 * @returns {Box}
 */
export function boxOf(points) {
  const numbers = (points.match(NUMBER) ?? []).map(Number);
  const xs = numbers.filter((_, at) => at % 2 === 0);
  const ys = numbers.filter((_, at) => at % 2 === 1);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/**
 * The point half way along an edge's path: where a label or a button sits.
 * @param {string} points
 */
export function middleOf(points) {
  const numbers = (points.match(NUMBER) ?? []).map(Number);
  const pairs = numbers.flatMap((x, at) => (at % 2 === 0 ? [{ x, y: numbers[at + 1] }] : []));
  // Curves come as a start and triples; every third pair lies on the line.
  const along = pairs.filter((_, at) => at % 3 === 0);
  const [before, after] = [along[Math.floor((along.length - 1) / 2)], along[Math.ceil((along.length - 1) / 2)]];
  return { x: (before.x + after.x) / 2, y: (before.y + after.y) / 2 };
}

/**
 * How wide a text is drawn.
 * @param {string} words
 * @param {number} size in pixels
 * @param {number} weight
 */
export function widthOf(words, size, weight) {
  pen ??= document.createElement("canvas").getContext("2d");
  if (!pen) return words.length * size * 0.6;
  pen.font = `${weight} ${size}px ${FACE}`;
  return pen.measureText(words).width;
}
