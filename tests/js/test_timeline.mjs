// A run's visits: what is folded in, what is refused; a stale summary that caught up equals a fresh one.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { asOf, current, empty, fold, foldAll, received, statuses, transitions, visitAt } from "../../static/js/runs/timeline.js";

const at = (seconds) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
const entry = (seq, code, seconds, details = {}) => ({ seq, code, time: at(seconds), description: "", details });
const of = (seq, code, seconds, state = "A", type = "Action", more = {}) => entry(seq, code, seconds, { state_name: state, state_type: type, ...more });

const LOG = [
  entry(1, "FlowStarted", 0),
  of(2, "ActionStarted", 0, "Copy"),
  of(3, "ActionPolled", 1, "Copy", "Action", { tries: 1, reason: "no answer" }),
  of(4, "ActionPolled", 2, "Copy"),
  of(5, "FlowInactive", 3, "Copy"),
  of(6, "FlowResumed", 5, "Copy"),
  of(7, "ActionCompleted", 6, "Copy"),
  of(8, "WaitStarted", 6, "Rest", "Wait"),
  of(9, "WaitCompleted", 8, "Rest", "Wait"),
  of(10, "ActionStarted", 8, "Copy"),
  of(11, "ActionFailed", 9, "Copy"),
  of(12, "FailStarted", 9, "Stop", "Fail"),
  of(13, "FlowFailed", 10, "Stop", "Fail"),
];
const all = (entries) => foldAll(empty(), entries);

test("a visit has its times, its events and what its action told", () => {
  const [copy] = all(LOG).visits;
  assert.deepEqual([copy.first, copy.last, copy.status, copy.polls, copy.misses], [2, 7, "succeeded", 1, 1]);
  assert.equal(copy.ended - copy.entered, 6000);
  assert.deepEqual(copy.pauses, [[Date.parse(at(3)), Date.parse(at(5))]]);
  assert.deepEqual([copy.ticks, copy.notches], [[Date.parse(at(2))], [Date.parse(at(1))]]);
});

test("the states' statuses and how often which way was taken follow from the visits", () => {
  assert.deepEqual(statuses(all(LOG)), { Copy: "failed", Rest: "succeeded", Stop: "failed" });
  assert.deepEqual(transitions(all(LOG)).map(({ from, to, count }) => [from, to, count]), [["Copy", "Rest", 1], ["Copy", "Stop", 1], ["Rest", "Copy", 1]]);
});

test("the visit of an event", () => {
  const summary = all(LOG);
  assert.deepEqual([1, 2, 7, 8, 13].map((seq) => visitAt(summary, seq)?.first), [undefined, 2, 2, 8, 12]);
});

test("where the run stands is told until it is left", () => {
  assert.deepEqual([1, 2, 5, 7, 8, 13].map((count) => current(all(LOG.slice(0, count)))?.status), [undefined, "running", "needs-you", undefined, "waiting", undefined]);
});

test("an event that is in it already changes nothing, and one after a gap is refused", () => {
  const summary = all(LOG.slice(0, 4));
  assert.equal(fold(summary, LOG[2]), summary);
  assert.equal(fold(summary, LOG[5]), null);
});

test("folding changes nothing that was there before", () => {
  const before = all(LOG.slice(0, 4));
  const copy = structuredClone(before);
  foldAll(before, LOG.slice(4));
  assert.deepEqual(before, copy);
});

test("an earlier moment has the visits of then, and the last of them is open", () => {
  for (let seq = 1; seq <= LOG.length; seq += 1) {
    const [then, fresh] = [asOf(all(LOG), seq), all(LOG.slice(0, seq))];
    assert.deepEqual(then.visits.map(({ state }) => state), fresh.visits.map(({ state }) => state));
    assert.equal(current(then)?.first, current(fresh)?.first, `at ${seq}`);
  }
});

/** Logs: those of the golden cases, and what a caller has put into a folder. */
function* logs() {
  const cases = new URL("../flows/", import.meta.url);
  for (const name of readdirSync(cases)) {
    const codes = JSON.parse(readFileSync(new URL(`${name}/events.json`, cases), "utf8"));
    yield { name, entries: codes.map((event, index) => ({ ...event, seq: index + 1, time: at(index), description: "" })) };
  }
  if (!process.env.RUN_LOGS) return;
  for (const file of readdirSync(process.env.RUN_LOGS)) yield { name: file, ...JSON.parse(readFileSync(`${process.env.RUN_LOGS}/${file}`, "utf8")) };
}

test("folding what is new onto a stale summary equals a fresh one", () => {
  let count = 0;
  for (const { name, entries, summary } of logs()) {
    count += 1;
    const fresh = all(entries);
    if (summary) assert.deepEqual(fresh, received(summary), `${name}: the server folds differently`);
    for (let cut = 0; cut <= entries.length; cut += 1 + Math.floor(entries.length / 40)) {
      const stale = all(entries.slice(0, cut));
      const caughtUp = entries.slice(Math.max(0, cut - 2)).reduce((known, each) => fold(known, each) ?? known, stale);
      assert.deepEqual(caughtUp, fresh, `${name}, from ${cut} on`);
    }
  }
  assert.ok(count > 100);
});

test("fifty thousand events in batches are folded in a second", () => {
  const began = performance.now();
  let summary = empty();
  for (let seq = 1; seq <= 50_000; seq += 200) {
    summary = foldAll(summary, Array.from({ length: 200 }, (_, n) => of(seq + n, ["PassStarted", "ActionPolled", "ActionPolled", "ActionPolled", "PassCompleted"][(seq + n) % 5], seq)));
  }
  assert.equal(summary.asOf, 50_000);
  assert.ok(performance.now() - began < 1000);
});
