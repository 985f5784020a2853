// The live check: quiet first, and always an answer about the last text.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Checker } from "../../static/js/ide/checker.js";

function rig() {
  const asked = [];
  const answers = [];
  const troubles = [];
  const checker = new Checker({
    texts: () => ({ definition: "{}", input_schema: "" }),
    ask: (texts) => new Promise((resolve, reject) => asked.push({ texts, resolve, reject })),
    onAnswer: (answer, version) => answers.push([answer, version]),
    onTrouble: (words) => troubles.push(words),
  });
  return { checker, asked, answers, troubles };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("keys that come together make one question, right after the last", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { checker, asked } = rig();
  for (let key = 0; key < 5; key += 1) {
    checker.changed();
    context.mock.timers.tick(20);
  }
  assert.equal(asked.length, 0);
  context.mock.timers.tick(30);
  assert.equal(asked.length, 1);
});

test("an answer about an older text says so, and the one about the last text follows", async () => {
  const { checker, asked, answers } = rig();
  const first = checker.now();
  checker.changed();
  asked[0].resolve({ ok: true, status: 200, body: "old" });
  assert.equal(await first, null);
  assert.deepEqual(answers, [["old", 0]]);
  assert.equal(checker.isCurrent, false);
  const second = checker.now();
  asked[1].resolve({ ok: true, status: 200, body: "new" });
  assert.equal(await second, "new");
  assert.deepEqual(answers, [["old", 0], ["new", 1]]);
  assert.equal(checker.isCurrent, true);
});

test("a refusal of an older text is not told: the newer one is asked about", async () => {
  const { checker, asked, troubles } = rig();
  const first = checker.now();
  checker.changed();
  asked[0].resolve({ ok: false, status: 413, body: { error: { detail: "Too large." } } });
  assert.equal(await first, null);
  assert.deepEqual(troubles, []);
});

test("one question is asked at a time, and the newest text is asked about at last", async () => {
  const { checker, asked, answers } = rig();
  checker.now();
  checker.changed();
  const second = checker.now();
  assert.equal(asked.length, 1);
  asked[0].resolve({ ok: true, status: 200, body: "old" });
  await settled();
  assert.equal(asked.length, 2);
  asked[1].resolve({ ok: true, status: 200, body: "new" });
  await second;
  assert.deepEqual(answers, [["old", 0], ["new", 1]]);
});

test("of many that wait for an answer, those about an older text ask nothing", async () => {
  const { checker, asked } = rig();
  checker.now();
  for (let key = 0; key < 5; key += 1) {
    checker.changed();
    checker.now();
  }
  asked[0].resolve({ ok: true, status: 200, body: "old" });
  await settled();
  assert.equal(asked.length, 2);
});

test("a refusal is told in the server's words", async () => {
  const { checker, asked, troubles } = rig();
  const done = checker.now();
  asked[0].resolve({ ok: false, status: 413, body: { error: { detail: "Too large." } } });
  await done;
  assert.deepEqual(troubles, ["Not checked: Too large."]);
});

test("a server that is away is asked again", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { checker, asked, troubles } = rig();
  checker.now();
  asked[0].reject(new Error("offline"));
  await settled();
  assert.match(troubles[0], /cannot be reached/);
  context.mock.timers.tick(3000);
  assert.equal(asked.length, 2);
  mock.reset();
});

test("who is told to wait asks again by itself", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { checker, asked, answers, troubles } = rig();
  const first = checker.now();
  asked[0].resolve({ ok: false, status: 429, body: { error: { detail: "Too often." } } });
  assert.equal(await first, null);
  assert.deepEqual(troubles, ["Not checked: Too often."]);
  context.mock.timers.tick(3000);
  assert.equal(asked.length, 2);
  asked[1].resolve({ ok: true, status: 200, body: { problems: [] } });
  await settled();
  assert.equal(answers.length, 1);
});
