// The time line as it is drawn: where instants stand, what is cut out, which rows and bars there are.
import assert from "node:assert/strict";
import { test } from "node:test";
import { marksOf } from "../../static/js/runs/timeline_marks.js";
import { described, rowsOf, segmentsOf, spentMs } from "../../static/js/runs/timeline_rows.js";
import { scaleOf } from "../../static/js/runs/timeline_scale.js";

const visit = (state, first, entered, ended, more = {}) => ({
  state, type: "Action", first, last: first + 1, entered, ended, status: ended === null ? "running" : "succeeded",
  polls: 0, misses: 0, ticks: [], notches: [], pauses: [], ...more,
});
const summary = (visits, more = {}) => ({ asOf: 99, started: 0, ended: 1000, end: "FlowSucceeded", visits, ...more });
const ALL = { isIdleShown: true };
const CUT = { isIdleShown: false };

test("an instant stands where it belongs, from the start of the run to its end", () => {
  const scale = scaleOf(summary([visit("A", 2, 0, 1000)]), 5000, CUT);
  assert.deepEqual([0, 250, 1000, 2000].map(scale.at), [0, 0.25, 1, 1]);
});

test("a long time without activity is cut short, unless it is asked for", () => {
  const waits = summary([visit("A", 2, 0, 1000), visit("B", 4, 1000, 9000, { type: "Wait" }), visit("C", 6, 9000, 10_000)], { ended: 10_000 });
  const cut = scaleOf(waits, 5000, CUT);
  assert.deepEqual(cut.pieces.map(({ from, to, isIdle }) => [from, to, isIdle]), [[0, 1000, false], [1000, 9000, true], [9000, 10_000, false]]);
  assert.ok(cut.at(1000) > 0.4 && cut.at(9000) - cut.at(1000) < 0.06);
  assert.equal(scaleOf(waits, 5000, ALL).at(9000), 0.9);
});

test("the axis names round times, as far apart as their words need, and none in what is cut out", () => {
  const words = (/** @type {any} */ run, /** @type {any} */ how) => marksOf(scaleOf(run, 5000, how)).map((mark) => mark.words);
  const plain = (/** @type {number} */ ended) => summary([visit("A", 2, 0, ended)], { ended });
  assert.deepEqual(words(plain(2100), CUT), ["+500 ms", "+1 s", "+1.5 s"]);
  assert.deepEqual(words(plain(250_000), CUT), ["+60 s", "+2m", "+3m"]);
  assert.deepEqual(words(plain(30), CUT), ["+10 ms", "+20 ms"]);
  const waits = summary([visit("A", 2, 0, 1000), visit("B", 4, 1000, 86_400_000, { type: "Wait" }), visit("C", 6, 86_400_000, 86_401_000)], { ended: 86_401_000 });
  assert.deepEqual(words(waits, CUT), ["+500 ms", "+1d"]);
  assert.deepEqual(words(waits, ALL), ["+6h", "+12h", "+18h"]);
});

test("the pause of an action that needs a person is no activity", () => {
  const paused = summary([visit("A", 2, 0, 10_000, { pauses: [[1000, 8000]] })], { ended: 10_000 });
  assert.deepEqual(scaleOf(paused, 5000, CUT).pieces.filter(({ isIdle }) => isIdle).map(({ from, to }) => [from, to]), [[1000, 8000]]);
});

test("many cut gaps leave more than half of the width to what was done", () => {
  const visits = Array.from({ length: 15 }, (_, n) => visit("A", 2 + 2 * n, n * 2000, n * 2000 + 100));
  const { pieces } = scaleOf(summary(visits, { ended: 30_000 }), 9000, CUT);
  const idle = pieces.filter(({ isIdle }) => isIdle).reduce((sum, { start, end }) => sum + end - start, 0);
  assert.ok(idle > 0 && idle <= 0.4 + 1e-9);
  assert.ok(Math.abs(pieces.at(-1).end - 1) < 1e-9);
});

test("a run that only waits is shown as long as it is, also ahead of now", () => {
  const waits = [visit("A", 2, 0, 1), visit("B", 4, 1, null, { type: "Wait", status: "waiting" })];
  const { pieces, at } = scaleOf(summary(waits, { ended: null, end: null }), 60_000, CUT);
  assert.deepEqual([pieces.length, at(60_000) > 0.8], [1, true]);
});

test("the scale of a run that goes on leaves room to grow", () => {
  const scale = scaleOf(summary([visit("A", 2, 0, null)], { ended: null, end: null }), 1000, CUT);
  assert.ok(scale.to > 1000 && scale.at(1000) < 1);
});

test("a run that has not begun, or took no time, is drawn all the same", () => {
  for (const run of [summary([], { started: null, ended: null }), summary([visit("A", 2, 0, 0)], { ended: 0 })]) {
    const scale = scaleOf(run, 0, CUT);
    assert.ok([0, 1].every((ms) => Number.isFinite(scale.at(ms))));
    assert.ok(marksOf(scale).every(({ share }) => Number.isFinite(share)));
  }
});

const LOOP = [visit("Poll", 2, 0, 10), visit("Rest", 4, 10, 20), visit("Poll", 6, 20, 30), visit("Done", 8, 30, 40)];

test("the visits of a loop are one row, and open to one each", () => {
  assert.deepEqual(rowsOf(summary(LOOP), new Set()).map(({ key, number, of }) => [key, number, of]), [["all Poll", 0, 2], ["4", 1, 1], ["8", 1, 1]]);
  assert.deepEqual(rowsOf(summary(LOOP), new Set(["Poll"])).map(({ key }) => key), ["all Poll", "2", "6", "4", "8"]);
});

test("bars that cannot be told apart are one, and the graver status is seen", () => {
  const many = Array.from({ length: 10_000 }, (_, n) => visit("A", 2 + 2 * n, n, n + 1, { status: n === 5000 ? "failed" : "succeeded" }));
  const run = summary(many, { ended: 10_000 });
  const [row] = rowsOf(run, new Set());
  const bars = segmentsOf(row, scaleOf(run, 0, CUT), 0);
  assert.ok(bars.length < 1000);
  assert.equal(bars.reduce((sum, { count }) => sum + count, 0), 10_000);
  assert.ok(bars.some(({ status }) => status === "failed"));
});

test("a row is told in words", () => {
  const [row] = rowsOf(summary([visit("A", 2, 0, 5000, { polls: 3, misses: 1 })]), new Set());
  assert.equal(described(row, 0, (ms) => `t${ms}`), "succeeded, t0 to t5000, 5 s, progress told 3 times, the provider did not answer 1 time");
  const [open] = rowsOf(summary([visit("A", 2, 0, null)]), new Set());
  assert.equal(described(open, 3000, (ms) => `t${ms}`), "running, t0 to now, 3 s");
  assert.equal(spentMs(open, 3000), 3000);
});
