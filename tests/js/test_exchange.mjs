// One file for both texts, and finding a command by its name.
import assert from "node:assert/strict";
import { test } from "node:test";
import { together } from "../../static/js/ide/exchange_out.js";
import { matching } from "../../static/js/site/palette.js";

test("both texts go into one document as they were written", () => {
  const definition = '{ "StartAt":"A",\n   "States": {"n": 1.0}}';
  const text = together({ definition, input_schema: " " }, 'A "title"');
  assert.ok(text.includes(definition));
  assert.deepEqual(JSON.parse(text), { title: 'A "title"', definition: JSON.parse(definition), input_schema: {} });
});

test("a text that is not JSON goes into no document", () => {
  assert.equal(together({ definition: "{", input_schema: "{}" }, ""), null);
  assert.equal(together({ definition: "{}", input_schema: "{" }, ""), null);
});

test("a command is found by all of its words, those that begin with them first", () => {
  const commands = ["Go to the runs", "Runs", "Start a run"].map((title) => ({ title, remark: "", run() {} }));
  const titles = (typed) => matching(commands, typed).map(({ title }) => title);
  assert.deepEqual(titles("run"), ["Runs", "Go to the runs", "Start a run"]);
  assert.deepEqual(titles("run start"), ["Start a run"]);
  assert.deepEqual(titles(" "), ["Go to the runs", "Runs", "Start a run"]);
  assert.deepEqual(titles("walk"), []);
});
