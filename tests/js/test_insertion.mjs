// What a chosen completion becomes in the text.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pickUp, written } from "../../static/js/ide/insertion.js";

const OFFER = {
  mode: "value", from: 10, to: 12, isQuoted: true, isClosed: true, hasColon: false, commaAt: null, needsComma: false,
  isInToken: true, options: [],
};
const TOKEN = { from: 10, to: 12 };

test("a value takes the place of the token and its quotes", () => {
  const found = written(OFFER, { label: "Copy", type: "state", insert: '"Copy"' }, TOKEN);
  assert.deepEqual(found, { comma: null, range: { from: 9, to: 13 }, text: '"Copy"', isTemplate: false });
});

test("between tokens nothing is replaced", () => {
  const found = written({ ...OFFER, isQuoted: false, isClosed: false }, { label: "a", type: "state", insert: '"a"' }, { from: 10, to: 10 });
  assert.deepEqual(found.range, { from: 10, to: 10 });
});

test("a name brings its value along, and the commas that would be missing", () => {
  const option = { label: "Next", type: "field", insert: '"Next": "${}"' };
  const found = written({ ...OFFER, mode: "key", commaAt: 5, needsComma: true }, option, TOKEN);
  assert.equal(found.text, '"Next": "${}",');
  assert.equal(found.comma, 5);
  assert.equal(found.isTemplate, true);
});

test("a name before a colon is only exchanged", () => {
  const option = { label: "Next", type: "field", insert: '"Next": "${}"' };
  const found = written({ ...OFFER, mode: "key", hasColon: true, needsComma: true }, option, TOKEN);
  assert.deepEqual([found.text, found.isTemplate], ['"Next"', false]);
});

test("a function is written with its brackets, the cursor between them", () => {
  const found = written({ ...OFFER, mode: "inside" }, { label: "len()", type: "function", insert: "len(" }, TOKEN);
  assert.deepEqual([found.text, found.isTemplate, found.range], ["len(${})", true, TOKEN]);
});

test("the server is asked again at the next step of a path", () => {
  assert.ok(pickUp("$.co").test("$.copy"));
  assert.ok(!pickUp("$.co").test("$.copy."));
  assert.ok(!pickUp("$.co").test("$."+ "a.b"));
  assert.ok(pickUp("$.copy.d").test("$.copy.details"));
  assert.ok(pickUp("").test("Nex"));
});
