// @ts-check
// What happened in a run, folded event by event. Pure: no document, no clock.

/** @typedef {{seq: number, time: string, code: string, description: string, details: Record<string, any>}} Entry */
/**
 * @typedef {object} Timeline
 * @property {Entry[]} entries            1..n, without gaps
 * @property {Record<number, number>} tookMs  by seq of the closing entry: milliseconds since its opening one
 * @property {Record<string, string>} statuses  by state name: running, waiting, needs-you, succeeded, failed
 * @property {Array<[string, string]>} taken    transitions, in order
 * @property {string | null} current      the state that the run is in
 * @property {number | null} startedAt    milliseconds
 * @property {number | null} endedAt
 */

const ENDS = new Set(["FlowSucceeded", "FlowFailed", "FlowCanceled"]);

/** @returns {Timeline} */
export function empty() {
  return { entries: [], tookMs: {}, statuses: {}, taken: [], current: null, startedAt: null, endedAt: null };
}

/** @param {Timeline} timeline */
export function lastSeq(timeline) {
  return timeline.entries.length;
}

/**
 * The timeline with one more event. An event that is in it already changes nothing; one that would leave a
 * gap is refused (null): ask for what comes after `lastSeq`.
 * @param {Timeline} timeline
 * @param {Entry} entry
 * @returns {Timeline | null}
 */
export function fold(timeline, entry) {
  if (entry.seq <= lastSeq(timeline)) return timeline;
  if (entry.seq > lastSeq(timeline) + 1) return null;
  const next = { ...timeline, entries: [...timeline.entries, entry] };
  const at = Date.parse(entry.time);
  if (entry.code === "FlowStarted") return { ...next, startedAt: at };
  if (ENDS.has(entry.code)) return ended(next, entry, at);
  const state = entry.details.state_name;
  return state ? inState(next, entry, state, at) : next;
}

/**
 * @param {Timeline} timeline
 * @param {Entry} entry
 * @param {number} at
 */
function ended(timeline, entry, at) {
  const tookMs = { ...timeline.tookMs, [entry.seq]: at - (timeline.startedAt ?? at) };
  const state = entry.details.state_name ?? timeline.current;
  const outcome = { FlowFailed: "failed", FlowCanceled: "cancelled" }[entry.code];
  const isOpen = state && timeline.statuses[state] !== "succeeded";
  const statuses = outcome && isOpen ? { ...timeline.statuses, [state]: outcome } : timeline.statuses;
  return { ...timeline, tookMs, statuses, endedAt: at };
}

/**
 * @param {Timeline} timeline
 * @param {Entry} entry
 * @param {string} state
 * @param {number} at
 */
function inState(timeline, entry, state, at) {
  if (entry.code.endsWith("Started")) return entered(timeline, entry, state);
  const status = statusAfter(entry.code, timeline.statuses[state]);
  const statuses = { ...timeline.statuses, [state]: status };
  const opened = status === "succeeded" || status === "failed" ? openingOf(timeline, state) : undefined;
  const tookMs = opened ? { ...timeline.tookMs, [entry.seq]: at - Date.parse(opened.time) } : timeline.tookMs;
  return { ...timeline, statuses, tookMs };
}

/**
 * @param {Timeline} timeline
 * @param {Entry} entry
 * @param {string} state
 */
function entered(timeline, entry, state) {
  const status = ["WaitStarted", "AwaitWebInputStarted"].includes(entry.code) ? "waiting" : "running";
  /** @type {Array<[string, string]>} */
  const taken = timeline.current ? [...timeline.taken, [timeline.current, state]] : timeline.taken;
  return { ...timeline, current: state, taken, statuses: { ...timeline.statuses, [state]: status } };
}

/**
 * @param {string} code
 * @param {string | undefined} before
 */
function statusAfter(code, before) {
  if (code.endsWith("Completed")) return "succeeded";
  if (code.endsWith("Failed")) return "failed";
  if (code === "FlowInactive") return "needs-you";
  if (code === "FlowResumed") return "running";
  return before ?? "running";
}

/**
 * @param {Timeline} timeline
 * @param {string} state
 */
function openingOf(timeline, state) {
  return timeline.entries.findLast((entry) => entry.details.state_name === state && entry.code.endsWith("Started"));
}
