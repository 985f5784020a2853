// @ts-check
// What the detail of a state says, in words. Pure.
import { bytes, count, failureOf } from "./words.js";

/** @typedef {import("./timeline.js").Entry} Entry */
/**
 * Why a run does not come on (runs/timeline/visits_waiting.py).
 * @typedef {{kind: string, message: string, times: number, recovers: boolean, action_id: string | null,
 *   last_look: string | null, next_look: string | null, deadline: string | null, display_status?: string}} Waiting
 */

/**
 * "1st", "2nd", "3rd", "11th".
 * @param {number} number
 */
export function nth(number) {
  const teens = Math.floor((number % 100) / 10) === 1;
  return `${number}${(!teens && { 1: "st", 2: "nd", 3: "rd" }[number % 10]) || "th"}`;
}

/**
 * In one sentence why it waits: "Retrying: permission denied on x, 3rd time, gives up at 16:00:00."
 * @param {Waiting} waiting
 * @param {(instant: string) => string} clock
 */
export function whyWaiting(waiting, clock) {
  const { kind, message, times, deadline, next_look: next } = waiting;
  const until = deadline ? `, gives up at ${clock(deadline)}` : "";
  const again = times > 1 ? `, ${nth(times)} time` : "";
  if (kind === "timer") return `Waits for a set time: goes on at ${next ? clock(next) : "its end"}.`;
  if (kind === "answer") return `Waits for an answer to “${message}”${deadline ? `, until ${clock(deadline)}` : ""}.`;
  if (kind === "worker") return "Waits for a worker to take it on.";
  if (kind === "person") return `Needs a person: ${message || "the provider asks for one"}.`;
  if (message) return `Retrying: ${message.replace(/\.$/, "")}${again}${until}.`;
  return kind === "start" ? `Is being started${until}.` : `The provider is at work on it${until}.`;
}

/**
 * Whether it goes on by itself, and what to do if not.
 * @param {Waiting} waiting
 */
export function willRecover({ kind, recovers, message }) {
  if (kind === "answer") return "No: somebody has to answer.";
  if (!recovers) return "No: a person has to allow it, then resume the run.";
  return message ? "Yes, once the cause is gone; else it fails when its time is over." : "Yes.";
}

/**
 * What an entry of a visit tells, for the table of its attempts.
 * @param {Entry} entry
 * @returns {{what: string, message: string}}
 */
export function attemptOf({ code, description, details }) {
  if (details.tries) return { what: `No answer, ${nth(details.tries)} try`, message: details.reason ?? "" };
  if (code === "ActionPolled") return { what: "Progress", message: progressIn(details.output) };
  if (code === "FlowInactive") return { what: "Needs a person", message: details.reason ?? "" };
  if (code === "FlowResumed") return { what: "Resumed", message: "" };
  if (code.endsWith("Started")) return { what: "Entered", message: "" };
  if (code.endsWith("Failed")) return { what: "Failed", message: failureOf(details) };
  return { what: code.endsWith("Completed") ? "Done" : code, message: code.endsWith("Completed") ? "" : description };
}

/** @param {Record<string, any> | undefined} status of an action */
function progressIn(status) {
  const details = status?.details ?? {};
  const files = typeof details.files_transferred === "number" ? `${details.files_transferred} of ${count(details.files ?? details.files_transferred, "file")}, ${bytes(details.bytes_transferred ?? 0)}` : "";
  const calls = typeof details.completed === "number" ? `${details.completed} of ${count(details.total, "call")}` : "";
  const trouble = details.nice_status && details.nice_status !== "OK" ? details.nice_status_details ?? details.nice_status : "";
  return [files || calls || status?.display_status || status?.status || "", trouble].filter(Boolean).join("; ");
}

/**
 * What stayed as it was: "Unchanged: 3 places, 200.1 kB".
 * @param {{bytes: number}[]} same
 */
export function unchanged(same) {
  return `Unchanged: ${count(same.length, "place")}, ${bytes(same.reduce((sum, place) => sum + place.bytes, 0))}`;
}

/**
 * The value at a definite JSONPath such as "$.a['b c'][0]"; undefined where there is none.
 * @param {any} data
 * @param {string} path
 */
export function valueAt(data, path) {
  let value = data;
  for (const [, name, quoted, index] of path.matchAll(/\.([A-Za-z_][\w-]*)|\['((?:[^'\\]|\\.)*)'\]|\[(\d+)\]/g)) {
    if (value === null || typeof value !== "object") return undefined;
    const key = name ?? index ?? quoted.replaceAll(/\\(.)/g, "$1");
    value = Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}
