"""The two forms that are measured: ours on a site of our own, react-jsonschema-form on a page of its own."""

from __future__ import annotations

import json
import re
import subprocess
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import quote

from form_places import Place
from playwright.sync_api import Page, Route

from tests.live import LiveSite

PEER = Path(__file__).resolve().parent / "form_peer"
SCRIPT = PEER / "node_modules" / ".built" / "rjsf.js"
PASS = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}
LONGEST_ADDRESS = 16_000
ESCAPED = str.maketrans({"~": "~0", "/": "~1", "#": "~2"})


class Ours:
    """The start page of a site of our own."""

    name = "headrace"
    first_text, number, add = "#f-field_0-input", "#f-field_1-input", "#f-rows-add"
    error, branch, branch_field = "#f-field_1-error", "#f-way-v0-input", "[name='/way/b']"
    rows, item, fewer = "#f-rows .row", "#f-rows .row", "#f-rows .list__position"
    beside, fallback = "textarea[name$='#json']", "no such thing"  # a small JSON editor instead of a field

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
        text = "" if value is None else json.dumps(value)
        is_short = text and len(quote(text)) < LONGEST_ADDRESS
        self.page.goto(f"{self.url}/flows/{flow_id}/start{f'?input={quote(text)}' if is_short else ''}")
        self.page.wait_for_selector("form[data-ready]")
        if text and not is_short:
            self.fill(text)

    def fill(self, text: str) -> None:
        """The input is too long for an address: it goes in through the Advanced tab."""
        self.page.get_by_role("button", name="Advanced (JSON)").click()
        area = self.page.locator("textarea[data-input-text]")
        area.wait_for(state="attached")
        area.evaluate("(area, text) => { area.value = text; }", text)
        self.page.get_by_role("button", name="Guided").click()
        self.page.wait_for_selector(".start__fields")

    def fault(self) -> str:
        """Return why there is no form, or ""."""
        return "" if self.page.locator(".start__fields").count() else "no form"

    def names(self, place: Place) -> list[str]:
        """Return by which names the controls of the place go, and those of what holds it; the place first."""
        steps = [str(step).translate(ESCAPED) for step in place]
        return ["/" + "/".join(steps[:count]) for count in range(len(steps), 0, -1)]

    known_by = """(control) => (control.name || "").replace(/#(json|offset)$/, "")"""


class Peer:
    """One page with nothing but the other form."""

    name = "rjsf"
    first_text, number, add = "#root_field_0", "#root_field_1", "#root_rows__add, .rjsf-array-item-add button"
    error, branch, branch_field = "#root_field_1__error", "[id='root_way__oneof_select']", "#root_way_b"
    rows = "[id^='root_rows_'] input, input[id^='root_rows_']"
    item, fewer = "input[id^='root_rows_'][id$='_path']", "no such thing"
    beside = ".unsupported-field"  # a box that says so instead of a field
    # An option, off unless asked for: instead of such a box a choice of types and a field for the chosen one.
    fallback = "select[id$='__internal_type_selector']"
    address = "http://form.test/"

    def __init__(self, page: Page, _: LiveSite) -> None:
        self.page = page
        before = b"<!doctype html><title>Form</title><main id=root></main><script>"
        body = before + SCRIPT.read_bytes() + b"</script>"

        def answer(route: Route) -> None:
            route.fulfill(body=body, content_type="text/html")

        page.route(f"{self.address}**", answer)

    def open(self, schema: Any, value: Any = None) -> None:
        self.page.goto(self.address)
        self.page.evaluate("([schema, value]) => window.show(schema, value ?? undefined)", [schema, value])
        self.page.wait_for_timeout(50)  # it draws in steps; what is waited for is measured elsewhere

    def fault(self) -> str:
        return "" if self.page.locator("form").count() else "no form"

    def names(self, place: Place) -> list[str]:
        steps = [str(step) for step in place]
        return ["root_" + "_".join(steps[:count]) for count in range(len(steps), 0, -1)]

    known_by = r"""(control) => (control.id || "").replace(/-\d+$/, "")"""


Side = Ours | Peer


def build() -> None:
    """Install and bundle the other form, once."""
    if not SCRIPT.exists():
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=PEER, check=True)
        subprocess.run(["npm", "run", "-s", "build"], cwd=PEER, check=True)


def version() -> str:
    found = re.search(r'"@rjsf/core": "([^"]+)"', (PEER / "package.json").read_text())
    return found[1] if found else "?"
