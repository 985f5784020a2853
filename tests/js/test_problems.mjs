// What the check answers, made ready for the eye.
import assert from "node:assert/strict";
import { test } from "node:test";
import { at, counted, diagnostics, following, onLine, stateOf, staleReason } from "../../static/js/ide/problems.js";

const problem = (from, to, more = {}) => ({
  document: "definition", severity: "error", code: "x", message: "Bad.", loc: [], line: 1, column: 1, from, to, fixes: [], ...more,
});

test("problems are counted in words", () => {
  assert.equal(counted([]), "No problems");
  assert.equal(counted([problem(0, 1)]), "1 error");
  const many = [problem(0, 1), problem(0, 1), problem(0, 1, { severity: "warning" }), problem(0, 1, { severity: "hint" })];
  assert.equal(counted(many), "2 errors, 1 warning, 1 hint");
});

test("marks stay inside a text that has become shorter", () => {
  const [mark] = diagnostics([problem(90, 120)], "definition", 100, () => {});
  assert.deepEqual([mark.from, mark.to], [90, 100]);
  assert.deepEqual(diagnostics([problem(0, 1)], "input_schema", 100, () => {}), []);
});

test("a fix is told with its problem", () => {
  const fix = { title: "Write it so", edits: [] };
  const told = [];
  const [mark] = diagnostics([problem(0, 1, { fixes: [fix] })], "definition", 9, (...what) => told.push(what));
  mark.actions[0].apply();
  assert.equal(mark.actions[0].name, "Write it so");
  assert.equal(told[0][1], fix);
});

test("F8 goes on from the cursor and round again", () => {
  const all = [problem(30, 31), problem(10, 11), problem(0, 1, { document: "input_schema" })];
  assert.equal(following(all, "definition", 0, 1).from, 10);
  assert.equal(following(all, "definition", 10, 1).from, 30);
  assert.equal(following(all, "definition", 30, 1).from, 10);
  assert.equal(following(all, "definition", 10, -1).from, 30);
  assert.equal(following([all[2]], "definition", 0, 1).document, "input_schema");
  assert.equal(following([], "definition", 0, 1), undefined);
});

test("the narrowest problem at the cursor comes first", () => {
  const all = [problem(0, 50), problem(10, 20, { line: 3 })];
  assert.deepEqual(at(all, "definition", 15).map(({ from }) => from), [10, 0]);
  assert.deepEqual(onLine(all, "definition", 3), [all[1]]);
});

test("a problem names the state that it is in", () => {
  assert.equal(stateOf(problem(0, 1, { loc: ["States", "Copy", "Next"] })), "Copy");
  assert.equal(stateOf(problem(0, 1, { loc: ["StartAt"] })), "");
  assert.equal(stateOf(problem(0, 1, { loc: ["States", "Copy"], document: "input_schema" })), "");
});

test("the strip over an old diagram says why it is old", () => {
  assert.equal(staleReason([problem(0, 1, { line: 42, message: "Expected a comma." })]), "line 42: Expected a comma");
  assert.equal(staleReason([]), "the definition is not an object");
});
