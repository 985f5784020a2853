// @ts-check
// The rows of the time line: one for each visit; the visits of a state in a loop are one row that opens. Pure.
import { duration } from "../time.js";
import { count } from "./words.js";

/** @typedef {import("./timeline.js").Summary} Summary */
/** @typedef {import("./timeline.js").Visit} Visit */
/** @typedef {import("./timeline_scale.js").Scale} Scale */
/**
 * @typedef {object} Row
 * @property {string} key
 * @property {string} state
 * @property {Visit[]} visits   one, or all of a state's
 * @property {number} number    which visit of its state, from 1; 0: all of them
 * @property {number} of        how many visits of its state there are
 * @property {boolean} isOpen   its visits follow, a row each
 */
/** @typedef {{start: number, end: number, status: string, count: number}} Segment shares of the width */

const NARROWEST = 0.002;

/**
 * @param {Summary} summary
 * @param {Set<string>} open   the states whose visits are shown one by one
 * @returns {Row[]}
 */
export function rowsOf({ visits }, open) {
  /** @type {Map<string, Visit[]>} */
  const byState = new Map();
  for (const visit of visits) {
    const same = byState.get(visit.state);
    if (same) same.push(visit);
    else byState.set(visit.state, [visit]);
  }
  return [...byState].flatMap(([state, same]) => rowsOfState(state, same, open.has(state)));
}

/**
 * @param {string} state
 * @param {Visit[]} visits
 * @param {boolean} isOpen
 * @returns {Row[]}
 */
function rowsOfState(state, visits, isOpen) {
  const single = visits.map((visit, index) => ({ key: `${visit.first}`, state, visits: [visit], number: index + 1, of: visits.length, isOpen: false }));
  if (visits.length === 1) return single;
  return [{ key: `all ${state}`, state, visits, number: 0, of: visits.length, isOpen }, ...(isOpen ? single : [])];
}

/**
 * The bars of a row; those that would be too narrow to be told apart are one.
 * @param {Row} row
 * @param {Scale} scale
 * @param {number} now
 * @returns {Segment[]}
 */
export function segmentsOf(row, scale, now) {
  /** @type {Segment[]} */
  const found = [];
  for (const visit of row.visits) {
    const [start, end] = [scale.at(visit.entered), scale.at(visit.ended ?? now)];
    const last = found.at(-1);
    const isApart = !last || start - last.end > NARROWEST || (last.status !== visit.status && end - last.start > NARROWEST);
    if (isApart) found.push({ start, end, status: visit.status, count: 1 });
    else Object.assign(last, { end: Math.max(end, last.end), count: last.count + 1, status: graver(last.status, visit.status) });
  }
  return found;
}

const GRAVITY = ["succeeded", "cancelled", "running", "waiting", "needs-you", "failed"];

/**
 * @param {string} one
 * @param {string} other
 */
function graver(one, other) {
  return GRAVITY.indexOf(other) > GRAVITY.indexOf(one) ? other : one;
}

/**
 * How a row stands: the status of its last visit.
 * @param {Row} row
 */
export function statusOf({ visits }) {
  return visits[visits.length - 1].status;
}

/**
 * How long its visits took in all.
 * @param {Row} row
 * @param {number} now
 */
export function spentMs({ visits }, now) {
  return visits.reduce((sum, { entered, ended }) => sum + Math.max((ended ?? now) - entered, 0), 0);
}

/**
 * The row in words, for those who do not see the bars: "succeeded, 14:02:11 to 14:05:20, 3m 9s, 2 polls".
 * @param {Row} row
 * @param {number} now
 * @param {(ms: number) => string} clock
 */
export function described(row, now, clock) {
  const { visits } = row;
  const last = visits[visits.length - 1];
  const polls = visits.reduce((sum, visit) => sum + visit.polls, 0);
  const misses = visits.reduce((sum, visit) => sum + visit.misses, 0);
  return [
    statusOf(row).replace("-", " "),
    `${clock(visits[0].entered)} to ${last.ended === null ? "now" : clock(last.ended)}`,
    duration(spentMs(row, now)),
    visits.length > 1 ? count(visits.length, "time") : "",
    polls ? `progress told ${count(polls, "time")}` : "",
    misses ? `the provider did not answer ${count(misses, "time")}` : "",
  ].filter(Boolean).join(", ");
}
