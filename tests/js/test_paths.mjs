// Paths in the folder browser of the start page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { crumbs, join, size, sorted } from "../../static/js/start/paths.js";

test("a folder's path ends with a slash, a file's does not", () => {
  assert.equal(join("/a/", "b", true), "/a/b/");
  assert.equal(join("/a", "b.csv", false), "/a/b.csv");
});

test("the trail leads from the root", () => {
  assert.deepEqual(crumbs("/a/b c/"), [{ name: "/", path: "/" }, { name: "a", path: "/a/" }, { name: "b c", path: "/a/b c/" }]);
  assert.deepEqual(crumbs("/"), [{ name: "/", path: "/" }]);
});

test("folders come first, numbers count", () => {
  const entries = ["run10", "run2", "Zeta"].map((name) => ({ name, type: "file" }));
  assert.deepEqual(sorted([...entries, { name: "zz", type: "dir" }]).map(({ name }) => name), ["zz", "run2", "run10", "Zeta"]);
});

test("sizes are short", () => {
  assert.deepEqual([0, 999, 1500, 12_345_678, 1e15].map(size), ["0 B", "999 B", "1.5 kB", "12 MB", "1 PB"]);
});
