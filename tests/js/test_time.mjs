// Times and durations in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { absolute, clock, duration, relative } from "../../static/js/time.js";

const now = new Date("2026-11-24T14:02:11Z");
const before = (seconds) => new Date(now.getTime() - seconds * 1000);

test("a duration has the units that fit its size", () => {
  const cases = [[723, "723 ms"], [6200, "6.2 s"], [6000, "6 s"], [45_900, "45 s"], [89_000, "89 s"]];
  for (const [milliseconds, words] of cases) assert.equal(duration(milliseconds), words);
});

test("above ninety seconds no duration is bare seconds", () => {
  assert.equal(duration(90_000), "1m 30s");
  assert.equal(duration(192_000), "3m 12s");
  assert.equal(duration(7_500_000), "2h 5m");
  assert.equal(duration(100 * 3_600_000), "4d 4h");
});

test("a clock that runs backwards gives no negative duration", () => {
  assert.equal(duration(-5), "0 ms");
});

test("an instant is told from now", () => {
  assert.equal(relative(before(3), now), "just now");
  assert.equal(relative(before(30), now), "30 s ago");
  assert.equal(relative(before(185), now), "3 min ago");
  assert.equal(relative(before(-7200), now), "in 2 h");
  assert.equal(relative(before(86_400), now), "1 day ago");
  assert.equal(relative(before(3 * 86_400), now), "3 days ago");
});

test("an old instant is a date, with its year when that is another", () => {
  assert.equal(relative(before(20 * 86_400), now, "UTC"), "4 Nov");
  assert.equal(relative(new Date("2024-01-05T00:00:00Z"), now, "UTC"), "5 Jan 2024");
});

test("the whole time names its zone", () => {
  assert.match(absolute(now, "UTC"), /24 Nov 2026.*14:02:11 UTC/);
  assert.equal(clock(now, "UTC"), "14:02:11");
});
