// From DOT to what is shown: the newest wins, what has begun is finished, and words alone need no new layout.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Newest } from "../../static/js/diagram/newest.js";
import { Pictures } from "../../static/js/diagram/pictures.js";
import { relabelled } from "../../static/js/diagram/relabelling.js";
import { instance } from "../../static/vendor/viz.js";

const graphviz = await instance();
const svgOf = (dot) => graphviz.render(dot, { format: "svg", engine: "dot" }).output;
const settled = () => new Promise((resolve) => setImmediate(resolve));
const pair = (first, way, more = "") => `digraph {
s0 [label=${first} class="state type-pass" id="state-0"]
s1 [label=Last class="state type-pass" id="state-1"]
s0 -> s1 [label=${way} class="transition kind-choice" id="edge-0-1-choice"]
${more}}`;
const textsOf = (svg) => [...svg.matchAll(/<text\b[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);

test("new words in an old layout are written as Graphviz writes them", () => {
  const before = pair('"First\\nPass"', '"  size > 10  "');
  for (const [first, way] of [
    ['"Fir-st\\nPa  ss"', '"  size < 10 and kind = \\"a\'b\\"  "'],
    ['"\\\\N &amp;lt; <b>\\n\\\\"', '"  label=x id=\\"state-1\\"  "'],
    ['"A\\n→ Ünï"', "7"],
  ]) {
    const after = pair(first, way);
    const svg = relabelled({ dot: before, svg: svgOf(before) }, after);
    assert.deepEqual(textsOf(svg), textsOf(svgOf(after)));
  }
});

test("what is more than words needs a layout of its own", () => {
  const before = pair('"First\\nPass"', '"size"');
  const laidOut = { dot: before, svg: svgOf(before) };
  assert.equal(relabelled(laidOut, before), laidOut.svg);
  for (const dot of [
    pair('"First\\nPass\\nmore"', '"size"'),
    pair('"First\\nPass"', '""'),
    pair('"First\\nPass"', '"size"', "s1 -> s0\n"),
    before.replace("type-pass", "type-fail"),
    before.replace("s0 -> s1", "s1 -> s0"),
  ]) assert.equal(relabelled(laidOut, dot), null, dot);
});

test("of those that wait for their turn only the newest gets it", async () => {
  const turns = new Newest();
  const begun = [];
  const ends = [];
  const act = (name) => () => { begun.push(name); return new Promise((end) => ends.push(() => end(name))); };
  const all = ["a", "b", "c"].map((name) => turns.turn(act(name)));
  await settled();
  assert.deepEqual(begun, ["a"]);
  ends[0]();
  await settled();
  assert.deepEqual(begun, ["a", "c"]);
  const last = turns.turn(act("d"));
  ends[1]();
  await settled();
  ends[2]();
  assert.deepEqual([await Promise.all(all), await last], [["a", null, "c"], "d"]);
});

/** Pictures whose layouts are answered by hand, one at a time and the newest of those that wait, as by the worker. */
function rig() {
  const asked = [];
  const shown = [];
  const troubles = [];
  const pictures = new Pictures({
    layOut: (dot) => new Promise((done) => asked.push({ dot, done: (svg = svgOf(dot)) => done(svg && { svg, reason: "" }) })),
    show: async (svg, { states }) => { shown.push([...textsOf(svg), ...states]); },
    complete: async () => {},
    trouble: (reason) => troubles.push(reason),
  });
  return { pictures, asked, shown, troubles };
}

test("words show at once, and are laid out a little later", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { pictures, asked, shown } = rig();
  const first = pictures.draw(pair("A", "x"), []);
  asked[0].done();
  assert.equal(await first, true);
  assert.equal(await pictures.draw(pair("A", "xy"), []), true);
  assert.equal(await pictures.draw(pair("A", "xyz"), []), true);
  assert.deepEqual(shown.map((texts) => texts[2]), ["x", "xy", "xyz"]);
  assert.equal(asked.length, 1);
  context.mock.timers.tick(300);
  assert.deepEqual(asked.map(({ dot }) => dot), [pair("A", "x"), pair("A", "xyz")]);
  assert.equal(await pictures.draw(pair("A", "longer"), []), true);
  asked[1].done();
  await settled();
  assert.deepEqual(shown.map((texts) => texts[2]), ["x", "xy", "xyz", "longer", "longer"]);
});

test("who never pauses sees new layouts all the same, one a second", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { pictures, asked } = rig();
  const first = pictures.draw(pair("A", "x"), []);
  asked[0].done();
  await first;
  for (let key = 0; key < 25; key += 1) {
    await pictures.draw(pair("A", `x${key}`), []);
    context.mock.timers.tick(100);
    if (asked.length > 1) asked.at(-1).done();
    await settled();
  }
  assert.equal(asked.length, 3);
});

test("a layout that comes after a newer picture is not shown", async () => {
  const { pictures, asked, shown } = rig();
  const first = pictures.draw(pair("A", "x"), []);
  asked[0].done();
  await first;
  const other = pictures.draw(pair("B", "x", "s1 -> s0\n"), []);
  assert.equal(await pictures.draw(pair("C", "x"), []), true);
  asked[1].done();
  assert.equal(await other, false);
  assert.deepEqual(shown.map(([name]) => name), ["A", "C"]);
});

test("a flow that another overtook before its layout is not shown, the other is", async () => {
  const { pictures, asked, shown, troubles } = rig();
  const first = pictures.draw(pair("A", "x"), []);
  const second = pictures.draw(pair("B", "x"), []);
  asked[0].done(null);
  asked[1].done();
  assert.deepEqual([await first, await second], [false, true]);
  assert.deepEqual(shown.map(([name]) => name), ["B"]);
  assert.deepEqual(troubles, []);
});

test("what shows beside the layout is drawn anew, with the layout there is", async () => {
  const { pictures, asked, shown } = rig();
  const first = pictures.draw(pair("A", "x"), ["before"]);
  asked[0].done();
  await first;
  assert.equal(await pictures.draw(pair("A", "x"), ["after"]), true);
  assert.deepEqual([asked.length, shown.map((texts) => texts.at(-1))], [1, ["before", "after"]]);
});
