"""How quick is the generated form, beside react-jsonschema-form on the same schemas?

    .venv/bin/python bench/form.py            # ours and the other, about a minute; needs npm and Chromium
    .venv/bin/python bench/form.py --alone    # ours only

One Chromium, one sitting; each figure is the median and the smallest of --times tries, in milliseconds.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

BASE = Path(__file__).resolve().parent.parent
PEER = BASE / "bench" / "form_peer"
sys.path.insert(0, str(BASE))

from tests.live import LiveSite  # noqa: E402

PASS = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}
KEYS = "2026 a word and some more"


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


class Ours:
    """The start page of a site of our own."""

    name = "headrace"
    first_text, number, add = "#f-field_0-input", "#f-field_1-input", "#f-rows-add"
    error, branch, branch_field = "#f-field_1-error", "#f-way-v0-input", "[id='f-way-a-input']"
    rows = "#f-rows .row"

    def __init__(self, page: Page, site: LiveSite) -> None:
        self.page, self.token = page, site.manage("create_token", "admin")
        self.url = site.url
        page.goto(site.url + site.manage("sign_in_link", "admin").removeprefix(site.url))
        button = page.locator("main form button")
        if button.count() and "/sign-in/" in page.url:
            button.first.click()

    def open(self, schema: Any, value: Any = None) -> None:
        flow = {"title": "Measured", "definition": PASS, "input_schema": schema}
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/api/flows", json.dumps(flow).encode(), headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            flow_id = json.load(answer)["id"]
        self.page.goto(f"{self.url}/flows/{flow_id}/start")
        self.page.wait_for_selector("form[data-ready]")
        if value is not None:
            self.fill(json.dumps(value))

    def fill(self, text: str) -> None:
        """The input is too long for an address: it goes in through the Advanced tab."""
        self.page.get_by_role("button", name="Advanced (JSON)").click()
        area = self.page.locator("textarea[data-input-text]")
        area.wait_for(state="attached")
        area.evaluate("(area, text) => { area.value = text; }", text)
        self.shown(self.rows, lambda: self.page.get_by_role("button", name="Guided").click())

    def shown(self, selector: str, act: Callable[[], None]) -> None:
        act()
        self.page.wait_for_selector(selector)


class Peer:
    """One page with nothing but the other form."""

    name = "rjsf"
    first_text, number, add = "#root_field_0", "#root_field_1", "#root_rows__add, .rjsf-array-item-add button"
    error, branch, branch_field = "#root_field_1__error", "[id='root_way__oneof_select']", "#root_way_a"
    rows = "[id^='root_rows_'] input, input[id^='root_rows_']"
    address = "http://form.test/"

    def __init__(self, page: Page, _: LiveSite) -> None:
        self.page = page
        script = (PEER / "node_modules" / ".built" / "rjsf.js").read_bytes()
        body = b"<!doctype html><title>Form</title><main id=root></main><script>" + script + b"</script>"
        page.route(f"{self.address}**", lambda route: route.fulfill(body=body, content_type="text/html"))

    def open(self, schema: Any, value: Any = None) -> None:
        self.page.goto(self.address)
        self.page.evaluate("([schema, value]) => window.show(schema, value)", [schema, value])
        self.page.wait_for_selector(self.rows if value else self.first_text)


def measure(side: Ours | Peer, cdp: CDPSession, times: int) -> dict[str, list[float]]:
    """Return the times of each question, in milliseconds."""
    page = side.page
    found: dict[str, list[float]] = {}
    for _ in range(times):
        side.open(hundred())
        tell(found, "first paint", page.evaluate(PAINT))
        tell(found, "main thread a key", per_key(side, cdp))
        tell(found, "error after blur", until_error(side))
        tell(found, "item added", until(page, side.add, side.rows, "click"))
        tell(found, "branch switched", until_switched(side))
    schema, value = thousand()
    for _ in range(max(1, times // 2)):
        side.open(schema, value)
        tell(found, "1,000 items: added", until_more(side))
    return found


def tell(found: dict[str, list[float]], name: str, milliseconds: float) -> None:
    found.setdefault(name, []).append(milliseconds)


PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.now()"


def busy_seconds(cdp: CDPSession) -> float:
    metrics = {one["name"]: one["value"] for one in cdp.send("Performance.getMetrics")["metrics"]}
    return float(metrics["TaskDuration"])


def per_key(side: Ours | Peer, cdp: CDPSession) -> float:
    """Return how long the main thread worked for one key, in a text of the form."""
    side.page.focus(side.first_text)
    before = busy_seconds(cdp)
    for key in KEYS:
        side.page.keyboard.press(key if key != " " else "Space")
    return (busy_seconds(cdp) - before) * 1000 / len(KEYS)


# A click, and how long until the page shows what came of it and has painted it.
UNTIL = """([control, shown, act]) => new Promise((resolve) => {
  const count = document.querySelectorAll(shown).length;
  const began = performance.now();
  setTimeout(() => resolve(10000), 10000);
  const look = () => {
    if (document.querySelectorAll(shown).length <= count) return;
    watch.disconnect();
    requestAnimationFrame(() => resolve(performance.now() - began));
  };
  const watch = new MutationObserver(look);
  watch.observe(document.body, { childList: true, subtree: true });
  document.querySelector(control)[act]();
})"""
ERROR = """([number, error]) => new Promise((resolve) => {
  const began = performance.now();
  setTimeout(() => resolve(10000), 10000);
  const look = () => {
    const place = document.querySelector(error);
    if (!place?.textContent.trim()) return;
    watch.disconnect();
    requestAnimationFrame(() => resolve(performance.now() - began));
  };
  const watch = new MutationObserver(look);
  watch.observe(document.body, { childList: true, subtree: true, characterData: true });
  document.querySelector(number).blur();
})"""
SWITCH = """([branch]) => new Promise((resolve) => {
  const select = document.querySelector(branch);
  const place = select.closest("fieldset, .rjsf-field, .panel") ?? document.body;
  const began = performance.now();
  setTimeout(() => resolve(10000), 10000);
  const watch = new MutationObserver(() => {
    watch.disconnect();
    requestAnimationFrame(() => resolve(performance.now() - began));
  });
  watch.observe(place.parentElement ?? document.body, { childList: true, subtree: true });
  const set = Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, "value").set;
  set.call(select, "1");
  select.dispatchEvent(new Event("change", { bubbles: true }));
})"""


def until(page: Page, control: str, shown: str, act: str) -> float:
    return float(page.evaluate(UNTIL, [control, shown, act]))


def until_error(side: Ours | Peer) -> float:
    side.page.focus(side.number)
    side.page.keyboard.type("500")
    return float(side.page.evaluate(ERROR, [side.number, side.error]))


def until_switched(side: Ours | Peer) -> float:
    return float(side.page.evaluate(SWITCH, [side.branch]))


def until_more(side: Ours | Peer) -> float:
    """Return how long adding a row takes; where only a page of rows is shown, until another page is."""
    change = """([add]) => new Promise((resolve) => {
      const began = performance.now();
      setTimeout(() => resolve(10000), 10000);
  setTimeout(() => resolve(10000), 10000);
      const watch = new MutationObserver(() => {
        watch.disconnect();
        requestAnimationFrame(() => resolve(performance.now() - began));
      });
      watch.observe(document.body, { childList: true, subtree: true });
      document.querySelector(add).click();
    })"""
    return float(side.page.evaluate(change, [side.add]))


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


def build() -> None:
    """Install and bundle the other form, once."""
    if not (PEER / "node_modules" / ".built" / "rjsf.js").exists():
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=PEER, check=True)
        subprocess.run(["npm", "run", "-s", "build"], cwd=PEER, check=True)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--alone", action="store_true")
    options.add_argument("--times", type=int, default=7)
    chosen = options.parse_args()
    sides = [Ours] if chosen.alone else [Ours, Peer]
    if not chosen.alone:
        build()
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        site = LiveSite(Path(home))
        site.start()
        try:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            for side in sides:
                report(side, browser.new_page(), site, chosen.times)
        finally:
            site.stop()


def report(side: type[Ours] | type[Peer], page: Page, site: LiveSite, times: int) -> None:
    made = side(page, site)
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable")
    for name, values in measure(made, cdp, times).items():
        median, least = statistics.median(values), min(values)
        print(f"{made.name:10} {name:22} median {median:7.1f}   least {least:7.1f}", flush=True)
    made.open(hundred())
    print(f"{made.name:10} {'script, KB gzip':22} {weight(page):14}", flush=True)
    print(f"{made.name:10} {'load of the machine':22} {os.getloadavg()[0]:14.1f}", flush=True)


if __name__ == "__main__":
    main()
