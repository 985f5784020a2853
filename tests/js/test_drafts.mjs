// Keeping what is typed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Drafts } from "../../static/js/ide/drafts.js";
import { difference } from "../../static/js/ide/theirs.js";
import { csrfToken } from "../../static/js/site/http.js";

const SAVED = { id: "d1", revision: 1, saved_at: "2026-11-24T00:00:00Z", address: "/ide/drafts/d1/" };

function rig(replies) {
  const sent = [];
  const states = [];
  const conflicts = [];
  const drafts = new Drafts({
    saved: null,
    content: () => ({ definition: "{}" }),
    send: async (saved, body, options) => {
      sent.push({ saved, body, options });
      const reply = replies.shift();
      if (!reply) throw new Error("offline");
      return reply;
    },
    onSaved: () => {},
    onState: (words) => states.push(words),
    onConflict: (words) => conflicts.push(words),
  });
  return { drafts, sent, states, conflicts };
}

const ok = (revision) => ({ ok: true, status: 200, body: { ...SAVED, revision } });
const conflict = { ok: false, status: 409, body: { error: { detail: "Changed elsewhere." } } };

test("each save carries the revision of the last one", async () => {
  const { drafts, sent } = rig([ok(1), ok(2)]);
  assert.equal(await drafts.save(), true);
  assert.equal(await drafts.save(), true);
  assert.deepEqual(sent.map(({ saved, body }) => [saved?.id, body.revision]), [[undefined, undefined], ["d1", 1]]);
});

test("typing soon leads to a save", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { drafts, sent } = rig([ok(1)]);
  drafts.changed();
  drafts.changed();
  assert.equal(drafts.isDirty, true);
  context.mock.timers.tick(1000);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(sent.length, 1);
  assert.equal(drafts.isDirty, false);
});

test("what another window saved is not overwritten unless the author says so", async () => {
  const { drafts, sent, conflicts } = rig([ok(1), conflict, ok(7)]);
  await drafts.save();
  assert.equal(await drafts.save(), false);
  assert.deepEqual(conflicts, ["Changed elsewhere."]);
  assert.equal(await drafts.save(), false);
  assert.equal(sent.length, 2);
  drafts.isForced = true;
  assert.equal(await drafts.save(), true);
  assert.equal(sent[2].body.force, true);
});

test("without the server the text stays unsaved and says so", async () => {
  const { drafts, states } = rig([]);
  drafts.changed();
  assert.equal(await drafts.save(), false);
  assert.match(states.at(-1), /cannot be reached/);
  assert.equal(drafts.isDirty, true);
  drafts.forget();
});

test("leaving the page sends what is not yet saved", () => {
  const { drafts, sent } = rig([ok(1)]);
  drafts.leave();
  assert.equal(sent.length, 0);
  drafts.changed();
  drafts.leave();
  assert.deepEqual(sent[0].options, { keepalive: true });
  drafts.forget();
});

test("a draft that somebody has published or discarded goes on as a new one", async () => {
  const gone = { ok: false, status: 404, body: { error: { detail: "You have no such draft." } } };
  const { drafts, sent } = rig([ok(1), gone, ok(1)]);
  await drafts.save();
  assert.equal(await drafts.save(), true);
  assert.deepEqual(sent.map(({ saved }) => saved?.id), [undefined, "d1", undefined]);
});

test("who is signed out is told so, and who may no longer change the flow, that", async () => {
  const refused = (detail) => ({ ok: false, status: 403, body: { error: { detail } } });
  const { drafts, states } = rig([refused("Authentication credentials were not provided."), refused("You may see it only.")]);
  await drafts.save();
  assert.match(states.at(-1), /you are signed out/);
  await drafts.save();
  assert.equal(states.at(-1), "Not saved: You may see it only.");
});

test("who signs in anew in another window goes on in this one", (context) => {
  globalThis.document = { cookie: "theme=dark; csrftoken=fresh", querySelector: () => ({ getAttribute: () => "old" }) };
  context.after(() => delete globalThis.document);
  assert.equal(csrfToken(), "fresh");
  document.cookie = "";
  assert.equal(csrfToken(), "old");
});

test("what somebody else has saved is taken up without being saved again", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { drafts, sent } = rig([ok(1)]);
  await drafts.save();
  drafts.changed();
  drafts.takeUp({ ...SAVED, revision: 5 }, { definition: "theirs", input_schema: "" });
  assert.equal(drafts.isDirty, false);
  context.mock.timers.tick(10_000);
  assert.equal(sent.length, 1);
  assert.equal(drafts.saved.revision, 5);
});

test("the change that makes a text another one is as small as it can be", () => {
  assert.deepEqual(difference("same", "same"), []);
  for (const [old, fresh, edit] of [
    ["abcd", "abXcd", { from: 2, to: 2, insert: "X" }],
    ["aaa", "aa", { from: 2, to: 3, insert: "" }],
    ["", "new", { from: 0, to: 0, insert: "new" }],
    ["one two", "one three", { from: 5, to: 7, insert: "hree" }],
  ]) {
    assert.deepEqual(difference(old, fresh), [edit]);
    assert.equal(old.slice(0, edit.from) + edit.insert + old.slice(edit.to), fresh);
  }
});
