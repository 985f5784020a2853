// @ts-check
// Which instants the axis of the time line names: round ones, as far apart as their words need. Pure.
import { duration } from "../time.js";

/** @typedef {import("./timeline_scale.js").Scale} Scale */

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];
const STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 5, 10, 30, 90, 365].map((count) => count * DAY),
];
const APART = 0.18; // of the width
const LABEL = 0.09; // of the width: what a few words take

/**
 * @param {Scale} scale
 * @returns {{share: number, words: string}[]} after the beginning, which is none of them; none has its words in what is cut out
 */
export function marksOf({ from, pieces, at }) {
  const busy = pieces.filter(({ isIdle }) => !isIdle);
  const step = stepOf(busy);
  let last = { share: 0, words: "" };
  const found = busy.flatMap((piece) => multiples(piece, from, step).map((after) => ({ share: at(from + after), words: wordsOf(after), end: piece.end })));
  return found.filter((mark) => {
    if (mark.share - last.share < APART - 1e-9 || mark.share + LABEL > mark.end || mark.words === last.words) return false;
    last = mark;
    return true;
  });
}

/** @param {number} after milliseconds since the beginning */
function wordsOf(after) {
  return `+${duration(after).replace(/ 0[smh]$/, "")}`;
}

/** @param {import("./timeline_scale.js").Piece[]} busy */
function stepOf(busy) {
  const share = busy.reduce((sum, { start, end }) => sum + end - start, 0);
  const span = busy.reduce((sum, { from, to }) => sum + to - from, 0);
  return STEPS.find((step) => step * share >= APART * span) ?? STEPS[STEPS.length - 1];
}

/**
 * @param {import("./timeline_scale.js").Piece} piece
 * @param {number} from
 * @param {number} step
 */
function multiples({ from: start, to }, from, step) {
  const first = Math.max(Math.ceil((start - from) / step), 1);
  const count = Math.max(Math.floor((to - from) / step) - first + 1, 0);
  return Array.from({ length: count }, (_, at) => (first + at) * step);
}
