"""Draw a flow in Chromium and print what came of it as JSON: a process of its own for `test_drawn.py`.

Usage: python drawn.py CHROMIUM ROOT, with {"dot", "states"} on standard input.
"""

from __future__ import annotations

import json
import mimetypes
import sys
from pathlib import Path

from playwright.sync_api import Route, sync_playwright

SITE = "http://diagram.test"
PAGE = '<!doctype html><link rel="stylesheet" href="/static/css/tokens.css"><div id="place"></div>'
DRAW = """async ([dot, states]) => {
  const { mount } = await import("/static/js/diagram/diagram.js");
  const chosen = [];
  const place = document.getElementById("place");
  const diagram = mount(place, { onSelect: (index, how) => chosen.push([index, how.isOpened]) });
  diagram.mark({ 0: "running" }, [[0, 1]]);
  states[0].ways = [...(states[0].ways ?? []), { to: 1, kind: "catch", words: "on any error" }];
  await diagram.draw(dot, states);
  diagram.mark({ 0: "succeeded", 1: "failed" }, [[0, 1]]);
  diagram.select(1);
  place.querySelector(".diagram__frame").focus();
  for (const key of ["ArrowUp", "Enter"]) {
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  }
  diagram.stale("line 1: it is broken");
  const all = (selector) => [...place.querySelectorAll(selector)];
  const named = (selector) => all(selector).map((element) => element.getAttribute("class"));
  return {
    names: [...new Set([...place.querySelectorAll("svg *")].map(({ localName }) => localName))],
    attributes: [...new Set([...place.querySelectorAll(".diagram__layer svg *")]
      .flatMap((element) => element.getAttributeNames()))],
    states: named("g[id^=state-]"), edges: named("g[id^=edge-0-1]"), chosen,
    outline: [...place.querySelectorAll("ul > li > button")].map(({ textContent }) => textContent),
    strip: place.querySelector(".diagram__strip").textContent,
    routes: all(".routes path").length,
    hacked: "hacked" in window,
  };
}"""


def main() -> None:
    program, root = sys.argv[1], Path(sys.argv[2])

    def serve(route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        file = root / path.lstrip("/")
        if path == "/":
            route.fulfill(body=PAGE, content_type="text/html")
        elif file.is_file():
            route.fulfill(path=file, content_type=mimetypes.guess_type(path)[0] or "text/plain")
        else:
            route.fulfill(status=404)

    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        context = browser.new_context()
        context.route("**/*", serve)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{SITE}/")
        flow = json.load(sys.stdin)
        result = page.evaluate(DRAW, [flow["dot"], flow["states"]])
        result["outside"] = [url for url in asked if not url.startswith(SITE)]
        browser.close()
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main()
