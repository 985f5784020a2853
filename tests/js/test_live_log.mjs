// The log of a run in the browser: which entries are at hand, where rows stand, what is said of the connection.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask } from "../../static/js/runs/asking.js";
import { SILENT_MS, begun, heard, isSilent, lost, polled, said, unreachable, waitMs } from "../../static/js/runs/connection.js";
import { Entries } from "../../static/js/runs/entries.js";
import { Rows } from "../../static/js/runs/rows.js";

const at = (seconds) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
const entry = (seq, code, name) => ({ seq, code, time: at(seq), description: "", details: name ? { state_name: name } : {} });
const LOG = [
  entry(1, "FlowStarted"),
  entry(2, "ActionStarted", "Copy"), entry(3, "ActionPolled", "Copy"), entry(4, "ActionPolled", "Copy"),
  entry(5, "ActionCompleted", "Copy"), entry(6, "WaitStarted", "Rest"), entry(7, "ActionPolled", "Rest"),
  entry(8, "WaitCompleted", "Rest"), entry(9, "FlowSucceeded"),
];
const page = (from, to, opened = null) => ({ entries: LOG.slice(from - 1, to), opened, last_seq: LOG.length });

test("a log read in pages, in any order and twice, is the log read at once", () => {
  const all = new Entries();
  all.addPage(page(1, 9));
  const parts = new Entries();
  parts.addPage(page(8, 9, { time: at(6), state_name: "Rest" }));
  parts.addPage(page(1, 3));
  parts.addPage(page(4, 7, { time: at(2), state_name: "Copy" }));
  parts.addPage(page(4, 7, { time: at(2), state_name: "Copy" }));
  for (const { seq } of LOG) assert.deepEqual([parts.get(seq), parts.tookMs(seq)], [all.get(seq), all.tookMs(seq)]);
  assert.deepEqual([all.tookMs(5), all.tookMs(8), all.tookMs(9)], [3000, 2000, undefined]);
});

test("of news, what is there already changes nothing, and what is missing between is asked for later", () => {
  const entries = new Entries();
  entries.addPage({ entries: LOG.slice(0, 3), opened: null, last_seq: 3 });
  assert.equal(entries.addNews(LOG.slice(0, 3)), 0);
  assert.equal(entries.addNews(LOG.slice(1, 5)), 2);
  assert.equal(entries.tookMs(5), 3000);
  assert.ok(entries.knowsPolls);
  assert.equal(entries.addNews([LOG[8]]), 4);
  assert.deepEqual([entries.total, entries.get(7), entries.knowsPolls], [9, undefined, false]);
});

test("rows leave progress entries out, and each entry has its row", () => {
  const entries = new Entries();
  entries.addPage(page(1, 9));
  const shown = Array.from({ length: entries.rows(false) }, (_, row) => entries.seqAt(row, false));
  assert.deepEqual(shown, [1, 2, 5, 6, 8, 9]);
  assert.deepEqual(shown.map((seq) => entries.rowOf(seq, false)), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual([entries.rows(true), entries.seqAt(3, true), entries.rowOf(4, true)], [9, 4, 3]);
  assert.deepEqual([entries.isPoll(4), entries.isPoll(5)], [true, false]);
});

test("progress entries that are known by number only count as well", () => {
  const entries = new Entries();
  entries.addPage(page(8, 9));
  assert.equal(entries.rows(false), 9);
  entries.setPolls([3, 4, 7], 9);
  assert.deepEqual([entries.rows(false), entries.seqAt(2, false), entries.isPoll(7)], [6, 5, true]);
  entries.addNews([entry(10, "ActionPolled", "Copy"), entry(11, "ActionCompleted", "Copy")]);
  assert.deepEqual([entries.rows(false), entries.seqAt(6, false)], [7, 11]);
});

test("of a long log only some entries are kept, those around the place that is looked at", () => {
  const entries = new Entries();
  for (let from = 1; from < 10_000; from += 100) {
    const some = Array.from({ length: 100 }, (_, number) => entry(from + number, "WaitStarted", "Rest"));
    entries.addPage({ entries: some, opened: null, last_seq: 10_000 });
    entries.forgetFarFrom(from);
  }
  const kept = Array.from({ length: 10_000 }, (_, number) => number + 1).filter((seq) => entries.get(seq));
  assert.ok(kept.length < 3200 && kept.includes(10_000) && !kept.includes(1), String(kept.length));
});

test("high rows move those below them only", () => {
  const rows = new Rows();
  rows.height = 10;
  rows.setTall([{ index: 5, extra: 100 }, { index: 2, extra: 30 }]);
  assert.deepEqual([2, 3, 5, 6].map((index) => rows.topOf(index)), [20, 60, 80, 190]);
  for (let index = 0; index < 9; index += 1) {
    assert.equal(rows.indexAt(rows.topOf(index)), index);
    assert.equal(rows.indexAt(rows.topOf(index + 1) - 1), index);
  }
  assert.equal(rows.indexAt(-50), 0);
});

const clock = (ms) => `<${ms}>`;

test("what is said of the connection is what is known of it", () => {
  const fresh = begun(1000);
  const live = heard(fresh, 2000);
  const away = lost(live, 5000);
  assert.equal(said(live, 3000, clock).state, "Live");
  assert.deepEqual(said(away, 2100, clock), { state: "Reconnecting", data: "Data as of <2000>.", next: "in 3 s" });
  assert.equal(said(away, 5000, clock).next, "now");
  const polling = polled(away, 4000);
  assert.deepEqual([polling.kind, said(polling, 4100, clock).data], ["polling", "Data as of <4000>."]);
  assert.equal(lost(polling, 9000).kind, "polling", "another try of the socket does not undo that asking works");
  assert.equal(unreachable(polling).kind, "reconnecting");
  assert.equal(heard(unreachable(polling), 6000).kind, "live");
  assert.equal(polled(live, 9000).kind, "live");
});

test("a connection that is silent for long is none", () => {
  const live = heard(begun(0), 1000);
  assert.ok(!isSilent(live, 1000 + SILENT_MS));
  assert.ok(isSilent(live, 1001 + SILENT_MS));
});

test("tries become rarer, up to a limit", () => {
  assert.deepEqual([0, 1, 2, 20].map(waitMs), [0, 500, 800, 5000]);
});

test("an answer that breaks off, or is a page to sign in at, is none; what is wrong is told", async (context) => {
  const answers = [
    [() => { throw new TypeError("no network"); }, null],
    [() => new Response('{"entries": ['), null],
    [() => new Response(new ReadableStream({ start: (stream) => stream.error(new TypeError("reset")) })), null],
    [() => new Response("<h1>Sign in</h1>"), null],
    [() => new Response("<h1>Gone</h1>", { status: 404 }), { ok: false, status: 404, body: null }],
    [() => Response.json({ error: 1 }, { status: 400 }), { ok: false, status: 400, body: { error: 1 } }],
    [() => Response.json({ n: 1 }), { ok: true, status: 200, body: { n: 1 } }],
  ];
  for (const [answer, expected] of answers) {
    context.mock.method(globalThis, "fetch", async () => answer());
    assert.deepEqual(await ask("/x"), expected);
  }
});
