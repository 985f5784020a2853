"""How quickly does the editor answer while somebody types?

    .venv/bin/python bench/editor.py [--sizes 31,200] [--seconds 30]

A whole site, one Chromium, a person who is signed in. For each size, ten keys a second go into a remark in
the middle of the flow. Of each key: the milliseconds until the page shows problems and diagram of a text that
holds it (median, 95th percentile, most); keys that are missing from the text at the end; tasks of the main
thread above 50 ms. Then the time to the list of completions. First what scripts weigh at first view.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

BASE = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(BASE), str(BASE / "bench")]

import definitions  # noqa: E402

from tests.live import LiveSite  # noqa: E402

PAUSE_SECONDS = 0.1
WORDS = "what is typed here does not matter at all "
WATCH = """() => {
  const root = document.querySelector("[data-ide]");
  const seen = window.seen = { waiting: [], took: [], long: [] };
  const text = document.querySelector(".cm-content");
  text.addEventListener("beforeinput", () => seen.waiting.push(performance.now()));
  new MutationObserver(() => {
    if (root.dataset.current !== "true") return;
    seen.took.push(...seen.waiting.map((at) => performance.now() - at));
    seen.waiting = [];
  }).observe(root, { attributes: true, attributeFilter: ["data-current"] });
  new PerformanceObserver((list) => seen.long.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: "longtask" });
}"""
CURRENT = "() => document.querySelector('[data-ide]').dataset.current === 'true'"


def main() -> None:
    """Start a site, measure each size, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    sizes = {"type": lambda text: [int(size) for size in text.split(",")], "default": [31, 200]}
    parser.add_argument("--sizes", **sizes)
    parser.add_argument("--seconds", type=float, default=30)
    options = parser.parse_args()
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        site = LiveSite(Path(home))
        site.start()
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        try:
            page = browser.new_context(base_url=site.url).new_page()
            page.on("dialog", lambda dialog: dialog.accept())
            sign_in(page, site.manage("sign_in_link", "admin"))
            first_view(page)
            print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, ten keys a second")
            print("states  median     p95    most   keys lost  long tasks  longest  completion")
            for size in options.sizes:
                print(row(page, size, options.seconds), flush=True)
        finally:
            browser.close()
            site.stop()


def sign_in(page: Page, link: str) -> None:
    """Follow the link and press its button."""
    page.goto(link)
    button = page.locator("main form button")
    if button.count():
        button.first.click()
        page.wait_for_load_state()


def first_view(page: Page) -> None:
    """Print what scripts weigh, packed, before anything was typed, and how soon the editor is there."""
    sizes: dict[str, int] = {}

    def note(response) -> None:
        if response.url.split("?")[0].endswith(".js"):
            sizes[response.url] = len(gzip.compress(response.body()))

    page.on("response", note)
    began_at = time.monotonic()
    page.goto("/ide/")
    page.locator(".cm-content").first.wait_for()
    took = time.monotonic() - began_at
    at_once = dict(sizes)
    page.wait_for_timeout(2_000)
    page.remove_listener("response", note)
    workers = sum(size for url, size in sizes.items() if url.endswith(("viz.js", "worker.js")))
    weight = sum(sizes.values()) - workers
    print(f"first view: {weight / 1000:.0f} KB of scripts, packed, in {len(at_once)} files; ", end="")
    print(f"layout in its worker {workers / 1000:.0f} KB; text is there after {took * 1000:.0f} ms")


def row(page: Page, size: int, seconds: float) -> str:
    """Type into a flow of that size and return the line of the table."""
    flow = definitions.flow("chain", size)
    name = list(flow["States"])[size // 2]
    flow["States"][name] |= {"Comment": "Remark: "}
    open_with(page, json.dumps(flow, indent=2))
    put_cursor(page, "Remark: ")
    page.evaluate(WATCH)
    count = int(seconds / PAUSE_SECONDS)
    typed = (WORDS * (count // len(WORDS) + 1))[:count]
    due = time.monotonic()
    for character in typed:
        page.keyboard.type(character)
        due += PAUSE_SECONDS
        page.wait_for_timeout(max(0, (due - time.monotonic()) * 1_000))
    page.wait_for_function(CURRENT)
    seen = page.evaluate("() => window.seen")
    took = sorted(seen["took"])
    with page.expect_request("**/ide/check") as asked:
        page.keyboard.type(".")
    text = json.loads(asked.value.post_data or "{}")["definition"]
    lost = count + len("Remark: .") - len(json.loads(text)["States"][name]["Comment"])
    p95 = took[int(0.95 * len(took)) - 1]
    longest = max(seen["long"], default=0)
    return (
        f"{size:6}  {statistics.median(took):6.0f}  {p95:6.0f}  {took[-1]:6.0f}  {lost:10}"
        f"  {len(seen['long']):10}  {longest:7.0f}  {completion(page):10.0f}"
    )


def open_with(page: Page, text: str) -> None:
    """Open a fresh editor and paste the text."""
    page.goto("/ide/")
    page.locator(".cm-content").first.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.wait_for_function(CURRENT)


def put_cursor(page: Page, words: str) -> None:
    """Put the cursor behind the first such words, with the editor's search."""
    page.keyboard.press("Control+Home")
    page.keyboard.press("Control+f")
    page.keyboard.press("Control+a")
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")


def completion(page: Page) -> float:
    """Return the least milliseconds of five from the key to the list."""
    put_cursor(page, '": "$.')
    taken = []
    for _ in range(5):
        began_at = time.monotonic()
        page.keyboard.press("Control+Space")
        page.locator(".cm-tooltip-autocomplete").wait_for()
        taken.append((time.monotonic() - began_at) * 1_000)
        page.keyboard.press("Escape")
        page.locator(".cm-tooltip-autocomplete").wait_for(state="detached")
    return min(taken)


if __name__ == "__main__":
    main()
