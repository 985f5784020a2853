// The marks of a dry run's steps, and the copy that the browser keeps.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LocalCopy } from "../../static/js/ide/local_copy.js";
import { marksUpTo } from "../../static/js/ide/walk.js";

const MARKS = [
  { state: 0, status: "succeeded", to: 1 },
  { state: 1, status: "failed", to: 0 },
  { state: 0, status: "waiting", to: -1 },
];

test("a state that was visited again is marked as its last visit ended", () => {
  assert.deepEqual(marksUpTo(MARKS, 3).statuses, { 0: "waiting", 1: "failed" });
  assert.deepEqual(marksUpTo(MARKS, 1), { statuses: { 0: "succeeded" }, edges: [[-1, 0], [0, 1]] });
  assert.deepEqual(marksUpTo(MARKS, 0), { statuses: {}, edges: [] });
});

function storage() {
  const held = new Map();
  return { getItem: (key) => held.get(key) ?? null, setItem: (key, value) => held.set(key, value), removeItem: (key) => held.delete(key) };
}

test("a copy is offered only where it says something else than the server", () => {
  const copy = new LocalCopy(storage(), "x");
  copy.keep({ definition: "a", input_schema: "b", title: "" });
  assert.equal(copy.otherThan({ definition: "a", input_schema: "b" }), null);
  assert.equal(copy.otherThan({ definition: "z", input_schema: "b" }).definition, "a");
  copy.drop();
  assert.equal(copy.otherThan({ definition: "z", input_schema: "b" }), null);
});

test("a full or foreign storage costs nothing", () => {
  const full = { ...storage(), setItem: () => { throw new Error("full"); } };
  assert.equal(new LocalCopy(full, "x").keep({ definition: "", input_schema: "", title: "" }), false);
  const foreign = { ...storage(), getItem: () => "{ not ours" };
  assert.equal(new LocalCopy(foreign, "x").otherThan({ definition: "", input_schema: "" }), null);
});
