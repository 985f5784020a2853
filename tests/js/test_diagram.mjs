// The diagram's arithmetic: what is in sight, and where an arrow key leads.
import assert from "node:assert/strict";
import { test } from "node:test";
import { edgeOf, neighbour } from "../../static/js/diagram/graph.js";
import { fitted, inSight, MAX_SCALE, panned, revealing, zoomedAt } from "../../static/js/diagram/viewport.js";

const frame = { width: 600, height: 400 };

test("a drawing that fits is centred", () => {
  const view = fitted(frame, { width: 200, height: 100 });
  assert.ok(view.scale >= 1);
  assert.equal(view.x + (200 * view.scale) / 2, 300);
});

test("a drawing too tall to be read is shown from its top, legibly", () => {
  const view = fitted(frame, { width: 200, height: 9000 });
  assert.equal(view.scale, 0.75);
  assert.equal(view.y, 16);
  assert.ok(fitted(frame, { width: 200, height: 9000 }, { whole: true }).scale < 0.2);
});

test("zooming keeps the point under the pointer", () => {
  const view = { x: 10, y: 20, scale: 1 };
  const point = { x: 110, y: 70 };
  const zoomed = zoomedAt(view, point, 2);
  assert.equal((point.x - zoomed.x) / zoomed.scale, (point.x - view.x) / view.scale);
  assert.equal((point.y - zoomed.y) / zoomed.scale, (point.y - view.y) / view.scale);
  assert.equal(zoomedAt(view, point, 1000).scale, MAX_SCALE);
});

test("nobody can push the drawing out of sight", () => {
  const drawing = { width: 200, height: 100 };
  const far = panned({ x: 0, y: 0, scale: 1 }, { x: 1e6, y: -1e6 }, frame, drawing);
  const sight = inSight(far, frame);
  assert.ok(sight.x < drawing.width && sight.x + sight.width > 0);
  assert.ok(sight.y < drawing.height && sight.y + sight.height > 0);
});

test("revealing moves only as far as needed", () => {
  const view = { x: 0, y: 0, scale: 1 };
  assert.deepEqual(revealing(view, { x: 50, y: 50, width: 100, height: 40 }, frame), view);
  assert.equal(revealing(view, { x: 50, y: 500, width: 100, height: 40 }, frame).y, -156);
});

test("edges are read off their ids, and nothing else is", () => {
  assert.deepEqual(edgeOf("edge-0-12-choice"), { from: 0, to: 12, kind: "choice", id: "edge-0-12-choice" });
  assert.deepEqual(edgeOf("edge-start-3"), { from: -1, to: 3, kind: "next", id: "edge-start-3" });
  assert.equal(edgeOf("edge-3-end").to, -1);
  assert.equal(edgeOf("state-3"), null);
  assert.equal(edgeOf("edge-x-y"), null);
});

const box = (x, y) => ({ x, y, width: 100, height: 40 });
const boxes = new Map([[0, box(100, 0)], [1, box(0, 100)], [2, box(200, 100)]]);
const edges = ["edge-start-0", "edge-0-1-choice", "edge-0-2-default", "edge-2-end"].map(edgeOf);

test("arrow keys follow the edges", () => {
  assert.equal(neighbour(null, "ArrowDown", edges, boxes), 0);
  assert.equal(neighbour(0, "ArrowDown", edges, boxes), 1);
  assert.equal(neighbour(2, "ArrowUp", edges, boxes), 0);
  assert.equal(neighbour(1, "ArrowRight", edges, boxes), 2);
  assert.equal(neighbour(2, "ArrowLeft", edges, boxes), 1);
});

test("where no edge leads the selection stays", () => {
  assert.equal(neighbour(2, "ArrowDown", edges, boxes), 2);
  assert.equal(neighbour(0, "ArrowUp", edges, boxes), 0);
  assert.equal(neighbour(null, "ArrowUp", edges, new Map()), null);
});
