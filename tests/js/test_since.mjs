// Problems of an older text stand where their words are now.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Since } from "../../static/js/ide/since.js";
import { EditorState } from "../../static/vendor/codemirror.js";

const problem = (document, from, to) => ({ document, from, to, line: 1, column: from + 1, message: "Wrong." });

function typed(state, since, version, changes) {
  const update = state.update({ changes });
  since.note(version, "definition", update.changes);
  return update.state;
}

test("what was typed before a problem moves it, also to another line", () => {
  const since = new Since();
  let state = EditorState.create({ doc: "one two three" });
  state = typed(state, since, 1, { from: 0, insert: "a\n" });
  state = typed(state, since, 2, { from: 2, insert: "bc " });
  const texts = { definition: state.doc, input_schema: EditorState.create({ doc: "one two three" }).doc };
  const [moved, other] = since.moved([problem("definition", 4, 7), problem("input_schema", 4, 7)], 0, texts);
  assert.equal(state.doc.sliceString(moved.from, moved.to), "two");
  assert.deepEqual([moved.line, moved.column], [2, 8]);
  assert.deepEqual([other.from, other.to, other.line], [4, 7, 1]);
});

test("an answer about the text of now is left as it is", () => {
  const since = new Since();
  const state = typed(EditorState.create({ doc: "one" }), since, 1, { from: 0, insert: "a " });
  const problems = [problem("definition", 2, 5)];
  assert.equal(since.moved(problems, 1, { definition: state.doc, input_schema: state.doc }), problems);
});

test("a problem whose words were taken out is where they were", () => {
  const since = new Since();
  const state = typed(EditorState.create({ doc: "one two" }), since, 1, { from: 3, to: 7 });
  const [moved] = since.moved([problem("definition", 4, 7)], 0, { definition: state.doc, input_schema: state.doc });
  assert.deepEqual([moved.from, moved.to], [3, 3]);
});
