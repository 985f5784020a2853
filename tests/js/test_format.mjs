// Formatting changes the space between tokens, and nothing else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatting } from "../../static/js/ide/format.js";

function formatted(text) {
  return formatting(text).reverse().reduce((all, { from, to, insert }) => all.slice(0, from) + insert + all.slice(to), text);
}

test("a packed text is unfolded", () => {
  assert.equal(formatted('{"a":{"b":1},"c":[]}'), '{\n  "a": {\n    "b": 1\n  },\n  "c": []\n}\n');
});

test("short lists of plain values stay on a line", () => {
  assert.equal(formatted('{"ErrorEquals":["States.ALL","x"]}'), '{\n  "ErrorEquals": ["States.ALL", "x"]\n}\n');
  assert.match(formatted('{"a":[{"b":1}]}'), /\[\n {4}\{/);
  assert.match(formatted(JSON.stringify({ a: Array(40).fill("long") })), /\[\n/);
});

test("tokens stay as they were written", () => {
  const text = '{"n":1.50e+3,"s":"\\u00e9 {,:} \\"x\\"","big":12345678901234567890}';
  assert.equal(formatted(text).replace(/\s/g, ""), text.replace(/\s/g, ""));
});

test("a text that is formatted already is left alone", () => {
  assert.deepEqual(formatting(formatted('{"a":{"b":[1,2]},"c":{}}')), []);
});

test("a text that is not JSON is not touched", () => {
  for (const text of ["", "{", '{"a":1,}', "{a: 1}", "// x"]) assert.equal(formatting(text), null);
});

test("plain values are formatted too", () => {
  assert.equal(formatted("  12 "), "12\n");
  assert.equal(formatted("[]"), "[]\n");
});
