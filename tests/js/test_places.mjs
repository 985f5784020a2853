// Where the states stand in the text.
import assert from "node:assert/strict";
import { test } from "node:test";
import { placeAt, statePlaces } from "../../static/js/ide/places.js";
import { jsonLanguage } from "../../static/vendor/codemirror.js";

function places(text) {
  return statePlaces(jsonLanguage.parser.parse(text), (from, to) => text.slice(from, to));
}

const TEXT = '{"StartAt": "Ä \\"x\\"", "States": {\n  "Ä \\"x\\"": {"Type": "Pass"},\n  "B": {"Next": "C"}\n}}';

test("states are found by name, in the order of the text", () => {
  assert.deepEqual(places(TEXT).map(({ name }) => name), ['Ä "x"', "B"]);
});

test("a position inside a state finds it", () => {
  assert.equal(placeAt(places(TEXT), TEXT.indexOf("Pass")).name, 'Ä "x"');
  assert.equal(placeAt(places(TEXT), TEXT.indexOf('"C"')).name, "B");
  assert.equal(placeAt(places(TEXT), 3), undefined);
});

test("broken texts give what is there", () => {
  assert.deepEqual(places('{"States": {"A": {"Type": ').map(({ name }) => name), ["A"]);
  for (const text of ["", "[]", '{"States": 3}', '{"States"', "nonsense"]) assert.deepEqual(places(text), []);
});
