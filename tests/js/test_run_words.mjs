// What a run's page says, in words: the answer, durations, progress, what is usual, why a state waits.
import assert from "node:assert/strict";
import { test } from "node:test";
import { attemptOf, nth, unchanged, valueAt, whyWaiting, willRecover } from "../../static/js/runs/detail_words.js";
import { addressOf, selectionIn } from "../../static/js/runs/selection.js";
import { answer, bytes, cause, heading, progressOf, progressShare, status, took, usually } from "../../static/js/runs/words.js";

const entry = (code, details = {}) => ({ seq: 1, code, time: "", description: "", details });

test("durations read as people say them", () => {
  assert.deepEqual([0, 1, 723, 1000, 6000, 192000].map(took), ["under 1 millisecond", "1 millisecond", "723 milliseconds", "1 second", "6 seconds", "3m 12s"]);
});

test("an entry is headed by its state and code", () => {
  assert.equal(heading(entry("ActionCompleted", { state_name: "Copy" })), "Copy – ActionCompleted");
  assert.equal(heading(entry("FlowFailed", { state_name: "Stop" })), "FlowFailed");
});

test("a failed run says where, after how long, and why", () => {
  const run = { status: "FAILED", details: { code: "FlowFailed", details: { state_name: "Stop", exception: "Bad", cause: "no manifest" } } };
  assert.equal(answer(run, null, "7 s"), "Failed in Stop after 7 s: Bad: no manifest");
});

test("a run that waits for an answer says so", () => {
  const run = { status: "ACTIVE", blocking_web_input_id: "some id", details: { details: {} } };
  assert.equal(answer(run, "Ask", "7 s"), "Waits for an answer in Ask.");
  assert.equal(status(run), "needs-you");
});

test("a run whose action is in trouble says which", () => {
  const faulty = { nice_status: "PERMISSION_DENIED", nice_status_details: "denied on /x.", files: 5, files_transferred: 2, bytes_transferred: 0 };
  const run = (details) => ({ status: "ACTIVE", details });
  assert.equal(answer(run({ details: {}, action_statuses: [{ details: faulty }] }), "Copy", ""), "In Copy: retrying: denied on /x; 2 of 5 files, 0 bytes.");
  assert.equal(answer(run({ details: { tries: 2, reason: "No answer." } }), "Copy", ""), "In Copy: retrying: No answer.");
  assert.equal(answer(run({ details: {}, action_statuses: [{ details: { nice_status: "OK" } }] }), "Copy", ""), "In Copy.");
});

test("a cause that is an action's status says what the provider said", () => {
  const text = JSON.stringify({ status: "FAILED", details: { code: "PermissionDenied", description: "not yours" } });
  assert.equal(cause(text), "not yours");
  assert.equal(cause("{broken"), "{broken");
});

test("progress of transfers and calls is told in words", () => {
  const run = (details) => ({ details: { action_statuses: [{ details }] } });
  assert.equal(progressOf(run({ files: 5, files_transferred: 2, bytes_transferred: 3_400_000 })), "2 of 5 files, 3.4 MB");
  assert.equal(progressOf(run({ total: 40, completed: 12 })), "12 of 40 calls");
  assert.equal(progressOf({ details: null }), "");
  assert.equal(bytes(12), "12 bytes");
  assert.deepEqual([{ files: 5, files_transferred: 2 }, { total: 40, completed: 10 }, {}].map((details) => progressShare(run(details))), [0.4, 0.25, null]);
});

test("what is usual is told with what is left, and that a run is late", () => {
  const usual = { median: 180_000, p90: 240_000 };
  assert.equal(usually(usual, null), "3m 0s to 4m 0s");
  assert.equal(usually(usual, 60_000), "3m 0s to 4m 0s, about 2m 0s left");
  assert.equal(usually(usual, 200_000), "3m 0s to 4m 0s, any moment now");
  assert.equal(usually(usual, 250_000), "3m 0s to 4m 0s; this one takes longer");
});

test("a state says why it waits, until when, and whether that passes by itself", () => {
  const waiting = (kind, more = {}) => ({ kind, message: "", times: 0, recovers: true, action_id: null, last_look: null, next_look: null, deadline: null, ...more });
  const why = (kind, more) => whyWaiting(waiting(kind, more), (instant) => instant);
  assert.equal(why("action", { message: "permission denied on x.", times: 3, deadline: "16:00" }), "Retrying: permission denied on x, 3rd time, gives up at 16:00.");
  assert.equal(why("action", { deadline: "16:00" }), "The provider is at work on it, gives up at 16:00.");
  assert.equal(why("timer", { next_look: "16:00" }), "Waits for a set time: goes on at 16:00.");
  assert.equal(why("answer", { message: "Release?" }), "Waits for an answer to “Release?”.");
  assert.equal(why("worker"), "Waits for a worker to take it on.");
  assert.match(why("person", { message: "allow it" }), /Needs a person: allow it/);
  assert.match(willRecover(waiting("answer")), /^No: somebody has to answer/);
  assert.match(willRecover(waiting("person", { recovers: false })), /^No: a person/);
  assert.match(willRecover(waiting("action", { message: "x" })), /^Yes, once/);
});

test("numbers in a row", () => {
  assert.deepEqual([1, 2, 3, 4, 11, 12, 13, 21, 102, 111].map(nth), ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th"]);
});

test("each entry of a visit says what was tried and what came of it", () => {
  assert.deepEqual(attemptOf(entry("ActionPolled", { tries: 2, reason: "away" })), { what: "No answer, 2nd try", message: "away" });
  const output = { details: { files: 4, files_transferred: 1, bytes_transferred: 0, nice_status: "PERMISSION_DENIED", nice_status_details: "denied" } };
  assert.deepEqual(attemptOf(entry("ActionPolled", { output })), { what: "Progress", message: "1 of 4 files, 0 bytes; denied" });
  assert.deepEqual(attemptOf(entry("ActionFailed", { exception: "Bad", cause: "no" })), { what: "Failed", message: "Bad: no" });
});

test("a value is found at its path, and what stayed is told by its size", () => {
  assert.equal(valueAt({ a: { "b c'd": [1, { e: 2 }] } }, "$.a['b c\\'d'][1].e"), 2);
  assert.equal(valueAt({ a: 1 }, "$.a.toString"), undefined);
  assert.deepEqual(valueAt({ a: 1 }, "$"), { a: 1 });
  assert.equal(unchanged([{ bytes: 200_000 }, { bytes: 100 }]), "Unchanged: 2 places, 200.1 kB");
});

test("what is looked at stands in the address, and comes back from it", () => {
  const selection = { state: "Copy & go", event: 17, tab: "output", view: "diagram", at: 20 };
  const address = addressOf("http://site/runs/1/?from=mail", selection);
  assert.deepEqual(selectionIn(new URL(address).search), selection);
  assert.match(address, /from=mail/);
  assert.equal(addressOf(address, selectionIn("")), "http://site/runs/1/?from=mail");
  assert.deepEqual(selectionIn("?tab=x&view=y&at=-1&event=1e9&state="), { state: null, event: null, tab: "summary", view: "timeline", at: null });
});
