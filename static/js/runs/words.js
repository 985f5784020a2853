// @ts-check
// What a run's documents and entries say, in words. Pure.
import { duration } from "../time.js";

const SECOND = 1000;
const FINE = new Set(["OK", "ACTIVE", "QUEUED"]);

/**
 * How long a step took: "under 1 millisecond", "723 milliseconds", "6 seconds", "3m 12s".
 * @param {number} milliseconds
 */
export function took(milliseconds) {
  if (milliseconds < 1) return "under 1 millisecond";
  if (milliseconds < SECOND) return count(Math.round(milliseconds), "millisecond");
  if (milliseconds < 90 * SECOND) return count(Math.round(milliseconds / SECOND), "second");
  return duration(milliseconds);
}

/**
 * @param {number} number
 * @param {string} noun
 */
export function count(number, noun) {
  return `${number.toLocaleString("en-GB")} ${noun}${number === 1 ? "" : "s"}`;
}

/**
 * An entry's heading: "RunValidation – ActionCompleted", or "FlowSucceeded".
 * @param {import("./timeline.js").Entry} entry
 */
export function heading(entry) {
  const state = entry.code.startsWith("Flow") ? "" : entry.details.state_name;
  return state ? `${state} – ${entry.code}` : entry.code;
}

/**
 * The icon of an entry, by its code.
 * @param {string} code
 */
export function icon(code) {
  if (code === "FlowCanceled") return "cancelled";
  if (code.endsWith("Failed")) return "failed";
  if (code === "FlowInactive") return "needs-you";
  if (code === "ActionPolled") return "waiting";
  if (code === "AwaitWebInputStarted") return "needs-you";
  return code.endsWith("Started") || code === "FlowResumed" ? "queued" : "succeeded";
}

/**
 * The run's status as pages name it, and the word for it.
 * @param {Record<string, any>} run
 */
export function status(run) {
  if (run.status === "FAILED" && run.details?.code === "FlowCanceled") return "cancelled";
  if (run.status === "ACTIVE" && run.blocking_web_input_id) return "needs-you";
  const words = /** @type {Record<string, string>} */ ({ ACTIVE: "running", INACTIVE: "needs-you", SUCCEEDED: "succeeded" });
  return words[run.status] ?? "failed";
}

/**
 * The answer first: what became of the run, in one sentence.
 * @param {Record<string, any>} run
 * @param {string | null} current the state that the run is in
 * @param {string} elapsed
 */
export function answer(run, current, elapsed) {
  const details = run.details?.details ?? {};
  if (run.status === "SUCCEEDED") return `Succeeded after ${elapsed}.`;
  if (status(run) === "cancelled") return `Cancelled after ${elapsed}.`;
  if (run.status === "FAILED") return failure(details, elapsed);
  if (run.status === "INACTIVE") return `Needs you in ${current ?? "the flow"}: ${run.details?.description ?? ""}`;
  if (run.blocking_web_input_id) return `Waits for an answer in ${current ?? "the flow"}.`;
  const state = [troubleOf(run).replace(/\.$/, ""), progressOf(run)].filter(Boolean).join("; ");
  return current ? `In ${current}${state ? `: ${state}` : ""}.` : "Waiting for a worker.";
}

/**
 * What keeps the present action from going on: the provider does not answer, or says what is wrong; "" if nothing.
 * @param {Record<string, any>} run
 */
function troubleOf({ details }) {
  if (details?.details?.tries) return `retrying: ${details.details.reason}`;
  const said = details?.action_statuses?.[0]?.details;
  const isWrong = typeof said?.nice_status === "string" && !FINE.has(said.nice_status);
  return isWrong ? `retrying: ${said.nice_status_details ?? said.nice_status_short_description ?? said.nice_status}` : "";
}

/**
 * @param {Record<string, any>} details
 * @param {string} elapsed
 */
function failure(details, elapsed) {
  const where = details.state_name ? ` in ${details.state_name}` : "";
  const what = failureOf(details);
  return `Failed${where} after ${elapsed}${what ? `: ${what}` : ""}`;
}

/**
 * The name and the cause of a failure: "Bad: no manifest".
 * @param {Record<string, any>} details of an entry
 */
export function failureOf({ exception, cause: text }) {
  return [exception, cause(text)].filter(Boolean).join(": ");
}

/**
 * A cause in words. Some are the JSON text of a whole action status: then what it says about the failure.
 * @param {unknown} text
 */
export function cause(text) {
  if (typeof text !== "string") return "";
  const parsed = parse(text);
  const details = parsed?.details ?? parsed;
  const said = details?.description ?? details?.message ?? details?.fatal_error?.description ?? details?.nice_status;
  return typeof said === "string" ? said : text;
}

/** @param {string} text */
function parse(text) {
  if (!text.startsWith("{")) return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/**
 * How far the action is that the run waits for: "2 of 5 files, 3.4 MB" or "12 of 40 calls"; "" when unknown.
 * @param {Record<string, any>} run
 */
export function progressOf(run) {
  const details = run.details?.action_statuses?.[0]?.details;
  if (!details || typeof details !== "object") return "";
  if (typeof details.files_transferred === "number") {
    const files = `${details.files_transferred} of ${count(details.files ?? details.files_transferred, "file")}`;
    return `${files}, ${bytes(details.bytes_transferred ?? 0)}`;
  }
  if (typeof details.completed === "number") return `${details.completed} of ${count(details.total, "call")}`;
  return "";
}

/**
 * How long the flow usually takes, and while it runs what is left: "3m 2s to 4m 10s, about 1m 5s left".
 * @param {{median: number, p90: number}} usual
 * @param {number | null} spent milliseconds so far; null: the run has ended
 */
export function usually({ median, p90 }, spent) {
  const [low, high] = [duration(median), duration(p90)];
  const range = low === high ? low : `${low} to ${high}`;
  if (spent === null) return range;
  if (spent > p90) return `${range}; this one takes longer`;
  return spent > median ? `${range}, any moment now` : `${range}, about ${duration(median - spent)} left`;
}

/**
 * How far the action is that the run waits for, as a share from 0 to 1; null when it is unknown.
 * @param {Record<string, any>} run
 */
export function progressShare(run) {
  const { files, files_transferred: done, total, completed } = run.details?.action_statuses?.[0]?.details ?? {};
  const [part, whole] = typeof done === "number" ? [done, files] : [completed, total];
  return typeof part === "number" && whole > 0 ? Math.min(part / whole, 1) : null;
}

/** @param {number} size */
export function bytes(size) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, size > 0 ? Math.floor(Math.log10(size) / 3) : 0);
  return `${power ? (size / 1000 ** power).toFixed(1) : size} ${units[power]}`;
}
