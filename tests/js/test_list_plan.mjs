import assert from "node:assert/strict";
import { test } from "node:test";
import { comparison, newRuns, pause, plan } from "../../static/js/runs/list_plan.js";

const calm = { isCalm: true, isFirst: true, most: 3 };

test("new runs come in at the top, and the page keeps its length", () => {
  const made = plan(["c", "b", "a"], ["e", "d", "c"], calm);
  assert.deepEqual(made, { added: ["e", "d"], shown: ["e", "d", "c"], waiting: 0, left: [] });
});

test("under the pointer nothing moves: new runs wait", () => {
  const made = plan(["b", "a"], ["c", "b", "a"], { ...calm, isCalm: false });
  assert.deepEqual(made, { added: ["c"], shown: ["b", "a"], waiting: 1, left: [] });
});

test("a run that is found no more stays where it is until something new comes", () => {
  assert.deepEqual(plan(["b", "a"], ["a"], calm), { added: [], shown: ["b", "a"], waiting: 0, left: ["b"] });
  assert.deepEqual(plan(["b", "a"], ["c", "a"], calm).shown, ["c", "a"]);
});

test("on later pages rows stay, whatever comes", () => {
  const made = plan(["b", "a"], ["d", "c"], { ...calm, isFirst: false });
  assert.deepEqual(made, { added: [], shown: ["b", "a"], waiting: 0, left: [] });
});

test("another order of the same runs moves nothing", () => {
  assert.deepEqual(plan(["b", "a"], ["a", "b"], calm).shown, ["b", "a"]);
});

test("looks become rarer when all is quiet", () => {
  assert.ok(pause(0) < pause(100));
});

test("words and addresses", () => {
  assert.equal(newRuns(1), "1 new run");
  assert.equal(newRuns(2), "2 new runs");
  assert.equal(comparison(["a", "b"]), "/runs/a/compare?with=b");
  assert.equal(comparison(["a"]), null);
});
