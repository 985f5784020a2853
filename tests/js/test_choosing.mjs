// Choosing by typing a few letters: parts of the palette, states of the picture; and sizes read off drawn paths.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inSlices } from "../../static/js/diagram/chunks.js";
import { iconPath } from "../../static/js/diagram/icons.js";
import { catchesOf, keptOf } from "../../static/js/diagram/keeping.js";
import { boxOf, middleOf } from "../../static/js/diagram/measure.js";
import { matching as matchingEntries } from "../../static/js/ide/chooser.js";
import { matching as matchingStates } from "../../static/js/diagram/find.js";

const entries = [
  { id: "a", title: "Compute: Run Functions", text: "Runs Python", group: "Providers" },
  { id: "b", title: "Copy Files", text: "Transfers", group: "Providers" },
  { id: "c", title: "Wait", text: "Sleeps, then runs on", group: "Types" },
];

test("entries hold all words, the ones that begin so first", () => {
  const ids = (words) => matchingEntries(entries, words).map(({ id }) => id);
  assert.deepEqual(ids(""), ["a", "b", "c"]);
  assert.deepEqual(ids("co"), ["a", "b"]);
  assert.deepEqual(ids("wa"), ["c"]);
  assert.deepEqual(ids("providers transfers"), ["b"]);
  assert.deepEqual(ids("runs"), ["a", "c"]);
  assert.deepEqual(ids("nothing like it"), []);
});

test("a state is found by its name's beginning, by part of it, by its provider", () => {
  const states = [
    { index: 0, name: "Look", type: "Action", provider: "transfer stat" },
    { index: 1, name: "CopyLook", type: "Choice" },
    { index: 2, name: "Copy", type: "Action", provider: "transfer" },
  ];
  const found = (words) => matchingStates(states, words)?.index;
  assert.equal(found("look"), 0);
  assert.equal(found("ylo"), 1);
  assert.equal(found("copy"), 1);
  assert.equal(found("stat"), 0);
  assert.equal(found("  "), undefined);
  assert.equal(found("none"), undefined);
});

test("boxes and middles are read off paths and polygons", () => {
  assert.deepEqual(boxOf("M10,-40C10,-40 110,-40 110,-40L110,-4z"), { x: 10, y: -40, width: 100, height: 36 });
  assert.deepEqual(boxOf("1.5,2 3.5,2 3.5,10"), { x: 1.5, y: 2, width: 2, height: 8 });
  assert.deepEqual(middleOf("M0,0C0,10 0,20 0,30"), { x: 0, y: 15 });
  assert.deepEqual(middleOf("M0,0C1,1 2,2 3,30C4,4 5,5 6,60"), { x: 3, y: 30 });
});

test("every type has an icon, others a question mark", () => {
  assert.notEqual(iconPath("Action"), iconPath("Nothing"));
  assert.equal(iconPath(""), iconPath("Nothing"));
});

test("work in slices is left when nobody wants it any more", async () => {
  const done = [];
  const busy = () => { const until = performance.now() + 15; while (performance.now() < until); };
  const isWhole = await inSlices([1, 2, 3, 4], (item) => { done.push(item); busy(); }, () => done.length < 2);
  assert.equal(isWhole, false);
  assert.deepEqual(done, [1, 2]);
  assert.equal(await inSlices([1, 2], () => {}, () => true), true);
});

test("what is looked at stays where it is, under its new number", () => {
  const old = { states: [{ index: 0, name: "A" }, { index: 1, name: "B" }], boxes: new Map([[0, { x: 5, y: 0 }], [1, { x: 5, y: 60 }]]) };
  const fresh = {
    states: [{ index: 0, name: "A" }, { index: 1, name: "New" }, { index: 2, name: "B" }],
    boxes: new Map([[0, { x: 5, y: 0 }], [1, { x: 5, y: 60 }], [2, { x: 15, y: 120 }]]),
  };
  assert.deepEqual(keptOf({ ...old, selected: 1 }, fresh), { selected: 2, by: { x: -10, y: -60 } });
  assert.deepEqual(keptOf({ ...old, selected: null }, fresh), { selected: null, by: { x: 0, y: 0 } });
  const gone = { states: [{ index: 0, name: "A" }], boxes: new Map([[0, { x: 6, y: 0 }]]) };
  assert.deepEqual(keptOf({ ...old, selected: 1 }, gone), { selected: null, by: { x: -1, y: 0 } });
  assert.deepEqual(keptOf({ states: [], boxes: undefined, selected: 0 }, fresh), { selected: 0, by: undefined });
});

test("the ways out by Catch are read off the states", () => {
  const ways = [{ to: 1, kind: "next", words: "" }, { to: 2, kind: "catch", words: "on any error" }];
  assert.deepEqual(catchesOf([{ index: 0, ways }, { index: 1 }]), [[0, 2]]);
});
