// @ts-check
// What happened in a run, folded event by event. Pure: no document, no clock.

/** @typedef {{seq: number, time: string, code: string, description: string, details: Record<string, any>}} Entry */
/**
 * One stay in a state.
 * @typedef {object} Visit
 * @property {string} state
 * @property {string} type
 * @property {Entry} opened
 * @property {Entry | null} closed
 * @property {string} status     running, waiting, needs-you, succeeded, failed, cancelled
 */
/**
 * @typedef {object} Timeline
 * @property {Entry[]} entries            1..n, without gaps
 * @property {Record<number, number>} tookMs  by seq of the closing entry: milliseconds since its opening one
 * @property {Record<string, string>} statuses  by state name: running, waiting, needs-you, succeeded, failed
 * @property {Array<[string, string]>} taken    transitions, in order
 * @property {string | null} current      the state that the run is in
 * @property {number | null} currentSeq   the entry with which it entered that state, while it is in there
 * @property {number | null} startedAt    milliseconds
 * @property {number | null} endedAt
 */

const ENDS = new Set(["FlowSucceeded", "FlowFailed", "FlowCanceled"]);
const WAITS = new Set(["WaitStarted", "AwaitWebInputStarted"]);

/** @returns {Timeline} */
export function empty() {
  return {
    entries: [], tookMs: {}, statuses: {}, taken: [], current: null, currentSeq: null, startedAt: null, endedAt: null,
  };
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
  return entry.seq > lastSeq(timeline) + 1 ? null : foldAll(timeline, [entry]);
}

/**
 * The timeline with the events that follow on it; others are left out. One copy for all of them.
 * @param {Timeline} timeline
 * @param {Entry[]} entries in order
 */
export function foldAll(timeline, entries) {
  const fresh = entries.filter((entry) => entry.seq > lastSeq(timeline));
  if (!fresh.length) return timeline;
  const next = {
    ...timeline,
    entries: [...timeline.entries],
    tookMs: { ...timeline.tookMs },
    statuses: { ...timeline.statuses },
    taken: [...timeline.taken],
  };
  for (const entry of fresh) if (entry.seq === lastSeq(next) + 1) take(next, entry);
  return next;
}

/**
 * @param {Timeline} next changed in place
 * @param {Entry} entry
 */
function take(next, entry) {
  next.entries.push(entry);
  const at = Date.parse(entry.time);
  const state = entry.details.state_name;
  if (entry.code === "FlowStarted") next.startedAt = at;
  else if (ENDS.has(entry.code)) end(next, entry, at);
  else if (state && entry.code.endsWith("Started")) enter(next, entry, state);
  else if (state) change(next, entry, state, at);
}

/**
 * @param {Timeline} next
 * @param {Entry} entry
 * @param {number} at
 */
function end(next, entry, at) {
  next.endedAt = at;
  next.currentSeq = null;
  const state = entry.details.state_name ?? next.current;
  const outcome = { FlowFailed: "failed", FlowCanceled: "cancelled" }[entry.code];
  if (outcome && state && next.statuses[state] !== "succeeded") next.statuses[state] = outcome;
}

/**
 * @param {Timeline} next
 * @param {Entry} entry
 * @param {string} state
 */
function enter(next, entry, state) {
  if (next.current !== null) next.taken.push([next.current, state]);
  next.current = state;
  next.currentSeq = entry.seq;
  next.statuses[state] = WAITS.has(entry.code) ? "waiting" : "running";
}

/**
 * @param {Timeline} next
 * @param {Entry} entry
 * @param {string} state
 * @param {number} at
 */
function change(next, entry, state, at) {
  const status = statusAfter(entry.code, next.statuses[state]);
  next.statuses[state] = status;
  const isOver = status === "succeeded" || status === "failed";
  if (!isOver || next.currentSeq === null || state !== next.current) return;
  next.tookMs[entry.seq] = at - Date.parse(next.entries[next.currentSeq - 1].time);
  next.currentSeq = null;
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
 * The stays in a state, oldest first.
 * @param {Timeline} timeline
 * @param {string} state
 * @returns {Visit[]}
 */
export function visits(timeline, state) {
  /** @type {Visit[]} */
  const found = [];
  for (const entry of timeline.entries) {
    if (entry.details.state_name !== state) continue;
    if (entry.code.endsWith("Started")) found.push(visit(state, entry));
    else close(found.at(-1), entry);
  }
  const last = found.at(-1);
  if (last && !last.closed) last.status = timeline.statuses[state];
  return found;
}

/**
 * @param {string} state
 * @param {Entry} opened
 * @returns {Visit}
 */
function visit(state, opened) {
  return { state, type: opened.details.state_type ?? "", opened, closed: null, status: "running" };
}

/**
 * @param {Visit | undefined} open
 * @param {Entry} entry
 */
function close(open, entry) {
  const status = statusAfter(entry.code, "running");
  if (!open || open.closed || !["succeeded", "failed"].includes(status)) return;
  open.closed = entry;
  open.status = status;
}
