// @ts-check
// A run as its visits: one for each time that a state was entered. Pure: no document, no clock.
// The server folds the same way (runs/timeline/visits.py) and sends a summary; what is pushed is folded onto it here.

/** @typedef {{seq: number, time: string, code: string, description: string, details: Record<string, any>}} Entry */
/**
 * One stay in a state. Times are milliseconds since 1970.
 * @typedef {object} Visit
 * @property {string} state
 * @property {string} type
 * @property {number} first       number of its first event
 * @property {number} last        number of its last event so far
 * @property {number} entered
 * @property {number | null} ended  null: the run is in it
 * @property {string} status      running, waiting, needs-you, succeeded, failed, cancelled
 * @property {number} polls       how often its action told of progress
 * @property {number} misses      how often the log says that its provider did not answer
 * @property {number[]} ticks     when it told of progress, thinned out
 * @property {number[]} notches   when it did not
 * @property {[number, number | null][]} pauses  from and to, while it waited for a person
 */
/**
 * @typedef {object} Summary
 * @property {number} asOf        number of the last event that is in it
 * @property {number | null} started
 * @property {number | null} ended
 * @property {string | null} end  code of the event that ended the run
 * @property {Visit[]} visits     in the order of entry
 */

const ENDS = /** @type {Record<string, string>} */ ({ FlowSucceeded: "succeeded", FlowFailed: "failed", FlowCanceled: "cancelled" });
const WAITS = /** @type {Record<string, string>} */ ({ WaitStarted: "waiting", AwaitWebInputStarted: "needs-you" });
const MOST_TICKS = 64;

/** @returns {Summary} */
export function empty() {
  return { asOf: 0, started: null, ended: null, end: null, visits: [] };
}

/**
 * The summary that the server sent.
 * @param {{as_of: number, started: number | null, ended: number | null, end: string | null, states: [string, string, string][], visits: any[][]}} sent
 * @returns {Summary}
 */
export function received({ as_of: asOf, started, ended, end, states, visits }) {
  return { asOf, started, ended, end, visits: visits.map((row) => visitOf(row, states)) };
}

/**
 * @param {any[]} row
 * @param {[string, string, string][]} states
 * @returns {Visit}
 */
function visitOf([at, first, last, entered, ended, status, polls, misses, ticks, notches, pauses], states) {
  const [state, type] = states[at];
  return { state, type, first, last, entered, ended, status, polls, misses, ticks, notches, pauses };
}

/**
 * The summary with one more event. One that is in it already changes nothing; one that would leave a gap is
 * refused (null): ask for what comes after `asOf`.
 * @param {Summary} summary
 * @param {Entry} entry
 * @returns {Summary | null}
 */
export function fold(summary, entry) {
  if (entry.seq <= summary.asOf) return summary;
  return entry.seq > summary.asOf + 1 ? null : foldAll(summary, [entry]);
}

/**
 * The summary with the events that follow on it; others are left out. One copy for all of them.
 * @param {Summary} summary
 * @param {Entry[]} entries in order
 */
export function foldAll(summary, entries) {
  const fresh = entries.filter(({ seq }) => seq > summary.asOf);
  if (!fresh.length) return summary;
  const next = { ...summary, visits: [...summary.visits] };
  const last = next.visits.pop();
  if (last) next.visits.push({ ...last, pauses: [...last.pauses] });
  for (const entry of fresh) if (entry.seq === next.asOf + 1) take(next, entry);
  return next;
}

/**
 * @param {Summary} next changed in place
 * @param {Entry} entry
 */
function take(next, entry) {
  next.asOf = entry.seq;
  const at = Date.parse(entry.time);
  const visit = next.visits.at(-1);
  if (entry.code === "FlowStarted") next.started = at;
  else if (entry.code in ENDS) {
    Object.assign(next, { ended: at, end: entry.code });
    close(visit, at, ENDS[entry.code], entry.seq);
  } else if (entry.code.endsWith("Started")) {
    close(visit, at, "failed", entry.seq - 1); // left by a catcher without an event of its own
    next.visits.push(entered(entry, at));
  } else if (visit && visit.ended === null) change(visit, entry, at);
}

/**
 * @param {Entry} entry
 * @param {number} at
 * @returns {Visit}
 */
function entered({ seq, code, details }, at) {
  return {
    state: details.state_name, type: details.state_type, first: seq, last: seq, entered: at, ended: null,
    status: WAITS[code] ?? "running", polls: 0, misses: 0, ticks: [], notches: [], pauses: [],
  };
}

/**
 * @param {Visit | undefined} visit
 * @param {number} at
 * @param {string} status
 * @param {number} seq
 */
function close(visit, at, status, seq) {
  if (!visit || visit.ended !== null) return;
  goOn(visit, at);
  Object.assign(visit, { ended: at, status, last: seq });
}

/**
 * @param {Visit} visit
 * @param {Entry} entry
 * @param {number} at
 */
function change(visit, { seq, code, details }, at) {
  visit.last = seq;
  if (code.endsWith("Completed")) close(visit, at, "succeeded", seq);
  else if (code.endsWith("Failed")) close(visit, at, "failed", seq);
  else if (code === "ActionPolled") poll(visit, at, "tries" in details);
  else if (code === "FlowResumed") goOn(visit, at);
  else if (code === "FlowInactive") {
    visit.status = "needs-you";
    visit.pauses.push([at, null]);
  }
}

/**
 * @param {Visit} visit
 * @param {number} at
 * @param {boolean} isMiss the provider did not answer
 */
function poll(visit, at, isMiss) {
  visit.status = isMiss ? "waiting" : "running";
  if (isMiss) {
    visit.misses += 1;
    visit.notches = noted(visit.notches, at);
  } else {
    visit.polls += 1;
    visit.ticks = noted(visit.ticks, at);
  }
}

/**
 * @param {number[]} times
 * @param {number} at
 */
function noted(times, at) {
  const all = [...times, at];
  return all.length <= MOST_TICKS ? all : all.filter((_, index) => index % 2 === 0);
}

/**
 * @param {Visit} visit
 * @param {number} at
 */
function goOn(visit, at) {
  visit.status = "running";
  const pause = visit.pauses.at(-1);
  if (pause && pause[1] === null) visit.pauses[visit.pauses.length - 1] = [pause[0], at];
}

/**
 * The visit to which an event belongs; undefined before the first.
 * @param {Summary} summary
 * @param {number} seq
 */
export function visitAt({ visits }, seq) {
  return visits[countUpTo(visits, seq) - 1];
}

/**
 * How many visits had begun by event `seq`.
 * @param {Visit[]} visits
 * @param {number} seq
 */
function countUpTo(visits, seq) {
  let [low, high] = [0, visits.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (visits[middle].first <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The run as it was just after event `seq`. What lies within a visit is told by its type alone.
 * @param {Summary} summary
 * @param {number} seq
 * @returns {Summary}
 */
export function asOf(summary, seq) {
  if (seq >= summary.asOf) return summary;
  const visits = summary.visits.slice(0, countUpTo(summary.visits, seq));
  const last = visits.pop();
  if (last) visits.push(last.ended !== null && last.last <= seq ? last : reopened(last));
  return { ...summary, asOf: seq, ended: null, end: null, visits };
}

/** @param {Visit} visit */
function reopened(visit) {
  const status = WAITS[`${visit.type}Started`] ?? "running";
  return { ...visit, ended: null, status };
}

/**
 * When event `seq` was, in milliseconds since 1970. Between the first and the last event of a visit it is a guess.
 * @param {Summary} summary
 * @param {number} seq
 */
export function momentMs(summary, seq) {
  const visit = visitAt(summary, seq);
  if (!visit) return summary.started ?? 0;
  const { first, last, entered, ended } = visit;
  if (seq > last) return summary.ended ?? ended ?? entered;
  const until = ended ?? visit.ticks.at(-1) ?? entered;
  return last === first ? entered : entered + ((until - entered) * (seq - first)) / (last - first);
}

/**
 * By state name: how its last visit stands.
 * @param {Summary} summary
 */
export function statuses({ visits }) {
  /** @type {Record<string, string>} */
  const found = {};
  for (const { state, status } of visits) found[state] = status;
  return found;
}

/**
 * How often the run went from which state to which.
 * @param {Summary} summary
 * @returns {{from: string, to: string, count: number}[]}
 */
export function transitions({ visits }) {
  /** @type {Map<string, Map<string, number>>} */
  const counts = new Map();
  for (let index = 1; index < visits.length; index += 1) {
    const [from, to] = [visits[index - 1].state, visits[index].state];
    const ways = counts.get(from) ?? new Map();
    counts.set(from, ways.set(to, (ways.get(to) ?? 0) + 1));
  }
  return [...counts].flatMap(([from, ways]) => [...ways].map(([to, count]) => ({ from, to, count })));
}

/**
 * The visit that the run is in.
 * @param {Summary} summary
 */
export function current({ visits }) {
  const last = visits.at(-1);
  return last && last.ended === null ? last : undefined;
}
