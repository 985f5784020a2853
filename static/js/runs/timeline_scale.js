// @ts-check
// Where an instant stands on the time line: shares of its width from 0 to 1. Long idle times are cut short. Pure.

/** @typedef {import("./timeline.js").Summary} Summary */
/** @typedef {import("./timeline.js").Visit} Visit */
/** @typedef {{from: number, to: number, start: number, end: number, isIdle: boolean}} Piece milliseconds, and shares */
/** @typedef {{from: number, to: number, pieces: Piece[], at: (ms: number) => number}} Scale */

const IDLE_FROM = 0.05; // of the span: a shorter gap is shown as long as it is
const IDLE_SHARE = 0.05;
const LEAST_IDLE_MS = 1000;
const LEAST_BUSY_MS = 500; // of a run that did nothing else, waiting is what there is to see
const MOST_IDLE = 0.4; // all cut gaps together
const AHEAD = 1.2;
const LEAST_MS = 10;
export const WAITING_TYPES = new Set(["Wait", "AwaitWebInput"]);

/**
 * The scale of a run. That of one that goes on reaches ahead, so that its bars may grow for a while.
 * @param {Summary} summary
 * @param {number} now
 * @param {{isIdleShown: boolean}} how
 * @returns {Scale}
 */
export function scaleOf(summary, now, { isIdleShown }) {
  const from = summary.started ?? now;
  const last = Math.max(summary.ended ?? now, from + LEAST_MS);
  const to = summary.ended === null ? from + (last - from) * AHEAD : last;
  const gaps = isIdleShown ? [] : gapsIn(busyTimes(summary, last, to), from, to);
  return { from, to, ...mapping(piecesOf(gaps, from, to)) };
}

/**
 * When something was at work: [from, to], merged, in order. What it is at now may go on to the end.
 * @param {Summary} summary
 * @param {number} now
 * @param {number} end
 * @returns {[number, number][]}
 */
function busyTimes({ visits, ended }, now, end) {
  /** @type {[number, number][]} */
  const merged = [];
  const found = visits.flatMap((visit) => busyIn(visit, visit.ended === null && ended === null ? end : now));
  if (ended === null && visits.at(-1)?.ended !== null) found.push([now, end]); // between two states
  for (const [from, to] of found) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/**
 * @param {Visit} visit
 * @param {number} now
 * @returns {[number, number][]}
 */
function busyIn(visit, now) {
  if (WAITING_TYPES.has(visit.type)) return [];
  /** @type {[number, number][]} */
  const found = [];
  let from = visit.entered;
  for (const [pausedAt, resumedAt] of visit.pauses) {
    found.push([from, pausedAt]);
    from = resumedAt ?? visit.ended ?? now;
  }
  return [...found, [from, visit.ended ?? now]];
}

/**
 * @param {[number, number][]} busy
 * @param {number} from
 * @param {number} to
 * @returns {[number, number][]}
 */
function gapsIn(busy, from, to) {
  const least = Math.max((to - from) * IDLE_FROM, LEAST_IDLE_MS);
  /** @type {[number, number][]} */
  const gaps = [];
  let end = from;
  for (const [start, stop] of [...busy, /** @type {[number, number]} */ ([to, to])]) {
    if (start - end > least) gaps.push([end, start]);
    end = Math.max(end, stop);
  }
  const idle = gaps.reduce((sum, [start, stop]) => sum + stop - start, 0);
  return to - from - idle < LEAST_BUSY_MS ? [] : gaps;
}

/**
 * @param {[number, number][]} gaps
 * @param {number} from
 * @param {number} to
 * @returns {Piece[]}
 */
function piecesOf(gaps, from, to) {
  const idleShare = gaps.length ? Math.min(IDLE_SHARE, MOST_IDLE / gaps.length) : 0;
  const idleMs = gaps.reduce((sum, [start, stop]) => sum + stop - start, 0);
  const perMs = (1 - idleShare * gaps.length) / Math.max(to - from - idleMs, 1);
  /** @type {Piece[]} */
  const pieces = [];
  /** @param {number} start @param {number} stop @param {boolean} isIdle */
  const add = (start, stop, isIdle) => {
    if (stop <= start) return;
    const at = pieces.at(-1)?.end ?? 0;
    pieces.push({ from: start, to: stop, start: at, end: at + (isIdle ? idleShare : (stop - start) * perMs), isIdle });
  };
  let end = from;
  for (const [start, stop] of gaps) {
    add(end, start, false);
    add(start, stop, true);
    end = stop;
  }
  add(end, to, false);
  return pieces;
}

/** @param {Piece[]} pieces */
function mapping(pieces) {
  const last = pieces[pieces.length - 1];
  return {
    pieces,
    /** @param {number} ms */
    at(ms) {
      const piece = pieces.find(({ to }) => ms <= to) ?? last;
      return within(piece.start + ((ms - piece.from) / (piece.to - piece.from)) * (piece.end - piece.start));
    },
  };
}

/** @param {number} share */
function within(share) {
  return Math.min(Math.max(share, 0), 1);
}
