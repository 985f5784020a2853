"""How quick is the generated form, and what renders, beside react-jsonschema-form on the same schemas?

    .venv/bin/python bench/form.py            # ours and the other, about four minutes; needs npm and Chromium
    .venv/bin/python bench/form.py --alone    # ours only
    .venv/bin/python bench/form.py --least    # on a busy machine: judge the quickest try, not the median

One Chromium, one sitting; each figure is the median and the smallest of --times tries, in milliseconds. Ends
with 1 when ours is slower than it may be, or leaves a property without a field.
"""

from __future__ import annotations

import argparse
import gzip
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import CDPSession, Page, sync_playwright

BASE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BASE))

from form_renders import Shown, schemas, shown, told  # noqa: E402
from form_sides import Ours, Peer, Side, build, version  # noqa: E402

from tests.live import LiveSite  # noqa: E402

KEYS = "2026 a word and some more"
MOST_MILLISECONDS: Final = {
    "first paint": 500,
    "main thread a key": 16,
    "error after blur": 150,
    "item added": 150,
    "branch switched": 150,
    "1,000 items: paint": 500,
    "1,000 items: added": 300,
    "1,000 items: a key": 16,
}


def hundred() -> dict[str, Any]:
    """Return a schema of a hundred fields: texts, numbers, boxes, choices, a list, two forms of a group."""
    kinds: list[dict[str, Any]] = [
        {"type": "string", "description": "What it is for", "maxLength": 60},
        {"type": "integer", "minimum": 0, "maximum": 100},
        {"type": "boolean"},
        {"type": "string", "enum": ["fast", "safe", "other"]},
    ]
    fields = {f"field_{n}": {**kinds[n % 4], "title": f"Field {n}"} for n in range(98)}
    branches = [
        {"title": title, "type": "object", "required": [key], "properties": {key: {"type": "string"}}}
        for title, key in (("One", "a"), ("Other", "b"))
    ]
    fields["rows"] = {"type": "array", "title": "Rows", "items": {"type": "string"}}
    fields["way"] = {"title": "Way", "oneOf": branches}
    return {"type": "object", "required": ["way"], "properties": fields}


def thousand() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a schema with a list of groups, and an input with a thousand of them."""
    item = {"type": "object", "properties": {"path": {"type": "string"}, "size": {"type": "integer"}}}
    rows = [{"path": f"/data/{n}", "size": n} for n in range(1_000)]
    return {"type": "object", "properties": {"rows": {"type": "array", "items": item}}}, {"rows": rows}


def measure(side: Side, cdp: CDPSession, times: int) -> dict[str, list[float]]:
    """Return the times of each question, in milliseconds."""
    found: dict[str, list[float]] = {name: [] for name in MOST_MILLISECONDS}
    schema, value = thousand()
    for number in range(times):
        side.open(hundred())
        side.page.wait_for_selector(side.first_text)
        found["first paint"].append(side.page.evaluate(PAINT))
        found["main thread a key"].append(per_key(side, cdp, side.first_text))
        found["error after blur"].append(until_error(side))
        found["item added"].append(until(side, side.add, side.rows))
        found["branch switched"].append(until_switched(side))
        if number % 2:
            continue
        side.open(schema, value)
        side.page.wait_for_selector(side.item)
        found["1,000 items: paint"].append(side.page.evaluate(PAINT))
        found["1,000 items: a key"].append(per_key(side, cdp, f"{side.item} input, {side.item}"))
        found["1,000 items: added"].append(until(side, side.add, side.item, side.fewer))
    return found


PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.now()"


def busy_seconds(cdp: CDPSession) -> float:
    metrics = {one["name"]: one["value"] for one in cdp.send("Performance.getMetrics")["metrics"]}
    return float(metrics["TaskDuration"])


def per_key(side: Side, cdp: CDPSession, place: str) -> float:
    """Return how long the main thread worked for one key, in a text of the form."""
    side.page.locator(f"{place} >> visible=true").first.focus()
    before = busy_seconds(cdp)
    for key in KEYS:
        side.page.keyboard.press(key if key != " " else "Space")
    return (busy_seconds(cdp) - before) * 1000 / len(KEYS)


# Something is done, and how long until the page shows what came of it and has painted it.
UNTIL = """([control, shown, position, act]) => new Promise((resolve) => {
  const told = () => document.querySelector(position)?.textContent ?? "";
  const look = () => document.querySelectorAll(shown).length + told();
  const place = document.querySelector(control);
  const before = look();
  const began = performance.now();
  setTimeout(() => resolve(10000), 10000);
  const watch = new MutationObserver(() => {
    if (look() === before) return;
    watch.disconnect();
    requestAnimationFrame(() => resolve(performance.now() - began));
  });
  watch.observe(document.body, { childList: true, subtree: true, characterData: true });
  if (act !== "switch") return place[act]();
  const other = [...place.options].at(-1).value;
  Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, "value").set.call(place, other);
  place.dispatchEvent(new Event("change", { bubbles: true }));
})"""


def until(side: Side, control: str, shown: str, position: str = "no such thing", act: str = "click") -> float:
    """Return how long until there are more or fewer of `shown`, or `position` says something else."""
    return float(side.page.evaluate(UNTIL, [control, shown, position, act]))


def until_error(side: Side) -> float:
    side.page.focus(side.number)
    side.page.keyboard.type("500")
    return until(side, side.number, "no such thing", side.error, "blur")


def until_switched(side: Side) -> float:
    return until(side, side.branch, side.branch_field, act="switch")


def weight(page: Page) -> int:
    """Return the kilobytes of script, as gzip, that the page has loaded."""
    texts = page.evaluate(
        """async () => {
          const names = performance.getEntriesByType("resource").map((one) => one.name);
          const files = names.filter((name) => /\\.m?js(\\?|$)/.test(name));
          const loaded = await Promise.all(files.map(async (file) => (await fetch(file)).text()));
          return [...loaded, ...[...document.scripts].map((script) => script.src ? "" : script.textContent)];
        }"""
    )
    return sum(len(gzip.compress(text.encode())) for text in texts) // 1024


def report(side: Side, times: int, *, by_least: bool) -> list[str]:
    """Measure and print one side; return what is not as it should be."""
    cdp = side.page.context.new_cdp_session(side.page)
    cdp.send("Performance.enable")
    late = []
    for name, values in measure(side, cdp, times).items():
        median, least = statistics.median(values), min(values)
        print(f"{side.name:10} {name:22} median {median:7.1f}   least {least:7.1f}", flush=True)
        if (least if by_least else median) > MOST_MILLISECONDS[name]:
            late.append(f"{name} takes more than {MOST_MILLISECONDS[name]} ms")
    side.open(hundred())
    print(f"{side.name:10} {'script, KB gzip':22} {weight(side.page):14}", flush=True)
    found: list[Shown] = [shown(side, *one) for one in schemas()]
    told(side, found)
    return late + [f"{one.schema} has properties without a field" for one in found if not one.is_whole]


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--alone", action="store_true")
    options.add_argument("--least", action="store_true")
    options.add_argument("--times", type=int, default=7)
    chosen = options.parse_args()
    sides: list[Any] = [Ours] if chosen.alone else [Ours, Peer]
    if not chosen.alone:
        build()
    wrong: dict[str, list[str]] = {}
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        site = LiveSite(Path(home))
        site.start()
        try:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            print(f"Chromium {browser.version}; rjsf {version()}; load {os.getloadavg()[0]:.1f}", flush=True)
            for made in (kind(browser.new_page(), site) for kind in sides):
                wrong[made.name] = report(made, chosen.times, by_least=chosen.least)
            print(f"Load at the end: {os.getloadavg()[0]:.1f}")
        finally:
            site.stop()
    for line in wrong[Ours.name]:
        print(f"Not as it should be: {line}.")
    return 1 if wrong[Ours.name] else 0


if __name__ == "__main__":
    sys.exit(main())
