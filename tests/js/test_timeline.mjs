// The timeline of a run: what is folded in, what is refused, and how long things took.
import assert from "node:assert/strict";
import { test } from "node:test";
import { empty, fold, foldAll, lastSeq, visits } from "../../static/js/runs/timeline.js";
import { answer, bytes, cause, heading, progressOf, status, took } from "../../static/js/runs/words.js";

const at = (seconds) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
const entry = (seq, code, seconds, details = {}) => ({ seq, code, time: at(seconds), description: "", details });

const LOG = [
  entry(1, "FlowStarted", 0, { input: {} }),
  entry(2, "ActionStarted", 0, { state_name: "Copy" }),
  entry(3, "ActionPolled", 2, { state_name: "Copy" }),
  entry(4, "ActionCompleted", 6, { state_name: "Copy" }),
  entry(5, "FailStarted", 6, { state_name: "Stop" }),
  entry(6, "FlowFailed", 7, { state_name: "Stop", exception: "Bad", cause: "no manifest" }),
];
const all = (entries) => entries.reduce((timeline, each) => fold(timeline, each) ?? timeline, empty());

test("a step took the time from its start to its end", () => {
  assert.equal(all(LOG).tookMs[4], 6000);
  assert.equal(all(LOG).endedAt - all(LOG).startedAt, 7000);
});

test("the states' statuses and the transitions follow from the events", () => {
  const timeline = all(LOG);
  assert.deepEqual(timeline.statuses, { Copy: "succeeded", Stop: "failed" });
  assert.deepEqual(timeline.taken, [["Copy", "Stop"]]);
  assert.equal(all(LOG.slice(0, 3)).statuses.Copy, "running");
});

test("an event that is in it already changes nothing", () => {
  const timeline = all(LOG);
  assert.equal(fold(timeline, LOG[2]), timeline);
});

test("an event that would leave a gap is refused", () => {
  assert.equal(fold(all(LOG.slice(0, 2)), LOG[4]), null);
});

test("folding what is new onto a stale timeline equals a fresh page", () => {
  for (let cut = 0; cut <= LOG.length; cut += 1) {
    const stale = all(LOG.slice(0, cut));
    const caughtUp = LOG.slice(Math.max(0, cut - 2)).reduce((timeline, each) => fold(timeline, each) ?? timeline, stale);
    assert.deepEqual(caughtUp, all(LOG));
    assert.equal(lastSeq(caughtUp), LOG.length);
  }
});

test("in a loop each visit has its own duration", () => {
  const timeline = all([
    entry(1, "FlowStarted", 0),
    entry(2, "WaitStarted", 0, { state_name: "Pause" }),
    entry(3, "WaitCompleted", 5, { state_name: "Pause" }),
    entry(4, "WaitStarted", 10, { state_name: "Pause" }),
    entry(5, "WaitCompleted", 12, { state_name: "Pause" }),
  ]);
  assert.deepEqual([timeline.tookMs[3], timeline.tookMs[5]], [5000, 2000]);
});

test("durations read as people say them", () => {
  assert.deepEqual([1, 723, 1000, 6000, 192000].map(took), ["1 millisecond", "723 milliseconds", "1 second", "6 seconds", "3m 12s"]);
});

test("an entry is headed by its state and code", () => {
  assert.equal(heading(LOG[3]), "Copy – ActionCompleted");
  assert.equal(heading(LOG[5]), "FlowFailed");
});

test("a failed run says where, after how long, and why", () => {
  const run = { status: "FAILED", details: { code: "FlowFailed", details: LOG[5].details } };
  assert.equal(answer(run, null, "7 s"), "Failed in Stop after 7 s: Bad: no manifest");
});

test("a run that waits for an answer says so", () => {
  const run = { status: "ACTIVE", blocking_web_input_id: "some id", details: { details: {} } };
  assert.equal(answer(run, "Ask", "7 s"), "Waits for an answer in Ask.");
  assert.equal(status(run), "needs-you");
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
});

test("the state in which the run stands is told until it is left", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6].map((count) => all(LOG.slice(0, count)).currentSeq), [null, 2, 2, null, 5, null]);
});

test("a state that waits, needs somebody or was cancelled is told apart", () => {
  const start = [entry(1, "FlowStarted", 0), entry(2, "WaitStarted", 0, { state_name: "Pause" })];
  assert.equal(all(start).statuses.Pause, "waiting");
  assert.equal(all([...start, entry(3, "FlowCanceled", 1)]).statuses.Pause, "cancelled");
  const asked = [entry(1, "FlowStarted", 0), entry(2, "ActionStarted", 0, { state_name: "Copy" }), entry(3, "FlowInactive", 1, { state_name: "Copy" })];
  assert.equal(all(asked).statuses.Copy, "needs-you");
  assert.equal(all([...asked, entry(4, "FlowResumed", 2, { state_name: "Copy" })]).statuses.Copy, "running");
});

test("the stays in a state are told with what opened and closed them", () => {
  const timeline = all([
    entry(1, "FlowStarted", 0),
    entry(2, "ActionStarted", 0, { state_name: "Copy", state_type: "Action" }),
    entry(3, "ActionFailed", 5, { state_name: "Copy" }),
    entry(4, "ActionStarted", 6, { state_name: "Copy", state_type: "Action" }),
  ]);
  const told = visits(timeline, "Copy").map(({ type, status, opened, closed }) => [type, status, opened.seq, closed?.seq]);
  assert.deepEqual(told, [["Action", "failed", 2, 3], ["Action", "running", 4, undefined]]);
  assert.deepEqual(visits(timeline, "Other"), []);
});

test("folding changes nothing that was there before", () => {
  const before = all(LOG.slice(0, 3));
  const copy = structuredClone(before);
  foldAll(before, LOG.slice(3));
  assert.deepEqual(before, copy);
});

test("fifty thousand events in batches are folded in a second", () => {
  const began = performance.now();
  let timeline = empty();
  for (let seq = 1; seq <= 50_000; seq += 200) {
    const batch = Array.from({ length: 200 }, (_, n) => entry(seq + n, (seq + n) % 2 ? "PassStarted" : "PassCompleted", seq, { state_name: "A" }));
    timeline = foldAll(timeline, batch);
  }
  assert.equal(lastSeq(timeline), 50_000);
  assert.ok(performance.now() - began < 2000);
});
