"""Somebody who fills in a form with the keyboard alone: Tab from control to control, type, look, go on."""

from __future__ import annotations

import base64
import re
from collections import Counter
from typing import Any

from playwright.sync_api import Page

from flowlang import forms
from tests.flowlang.forms_browser import posted

MOST_STOPS = 600
MOST_TYPED = 10  # longer texts come as from a clipboard
LOOK = """() => {
  const at = document.activeElement;
  const box = at.closest(".picker")?.nextElementSibling;
  const was = at.closest(".field, td")?.querySelector(":scope > [data-was]")?.value ?? "";
  return {
    tag: at.tagName, type: at.type ?? "", name: at.name ?? "", value: at.value ?? "", id: at.id,
    checked: at.checked ?? false, role: at.getAttribute("role") ?? "",
    was, picked: box?.name ?? "", held: box?.value ?? "",
    options: at.tagName === "SELECT" ? [...at.options].map((one) => one.value) : [],
    submits: at.matches("[data-submit]"), inForm: Boolean(at.closest("form[data-start]")),
    busy: Boolean(document.querySelector("form[aria-busy], .htmx-request")),
  };
}"""
QUIET = """() => !document.querySelector("form[aria-busy], .htmx-request, .htmx-settling, .htmx-swapping")"""


class Typist:
    """Makes every control of the page's form hold what it would hold in the form that shows `document`."""

    def __init__(self, page: Page, schema: Any, document: Any, *, state: forms.State | None = None) -> None:
        self.page, self.keys = page, page.keyboard
        # Listened for at all times: while that only just begins, Chromium may open and cancel its own.
        page.on("filechooser", lambda _: None)
        self.root = forms.draw(schema, document, (), state)
        pairs = posted(self.root)
        self.wanted: dict[str, list[str]] = {}
        for name, text in pairs:
            self.wanted.setdefault(name, []).append(text)
        self.names = [name for name, _ in pairs]

    def fill(self, start: bool = True) -> None:
        """Go through the whole form once, from the top of the page to the button that starts the run."""
        has_begun = False
        for _ in range(MOST_STOPS):
            self.keys.press("Tab")
            at = self.look()
            if has_begun and (at["submits"] or not at["inForm"]):
                break
            has_begun = has_begun or at["inForm"]
            self.act(at)
        else:
            raise AssertionError(f"the form has no end: {self.look()}")

    def look(self) -> dict[str, Any]:
        at = self.page.evaluate(LOOK)
        if at["busy"]:
            self.page.wait_for_function(QUIET)
            at = self.page.evaluate(LOOK)
        return at

    def act(self, at: dict[str, Any]) -> None:
        """Do what this stop needs."""
        name = at["name"]
        if at["tag"] == "BUTTON" and name == "action":
            self.press(at["value"])
        elif at["tag"] == "BUTTON" and at["picked"] and at["held"] != self.text(at["picked"]):
            self.keys.press("Enter")  # "Change": the search box has the focus now
            self.act(self.look())
        elif at["role"] == "combobox":
            self.pick(at)
        elif at["tag"] == "SELECT":
            self.choose(at)
        elif at["type"] == "checkbox":
            self.tick(at)
        elif at["type"] == "file":
            self.attach(self.text(name))
        elif name in self.wanted and name not in ("text", "label", "tags"):
            self.type(at, self.text(name))

    def text(self, name: str) -> str:
        return self.wanted.get(name, [""])[-1]

    def type(self, at: dict[str, Any], text: str) -> None:
        if at["value"] == text:
            return
        if at["type"] in ("date", "time", "datetime-local"):
            return self.type_moment(at["type"], text)
        self.keys.press("ControlOrMeta+a")
        if text:
            self.keys.insert_text(text) if len(text) > MOST_TYPED else self.keys.type(text)
        else:
            self.keys.press("Delete")

    def type_moment(self, kind: str, text: str) -> None:
        """A date field is typed as people in the browser's country write dates (here en-US)."""
        match = re.fullmatch(r"(?:(\d{4})-(\d\d)-(\d\d))?T?(?:(\d\d):(\d\d)(?::(\d\d))?)?", text)
        assert match is not None, text
        year, month, day, hour, minute, second = match.groups()
        if year:
            self.keys.type(f"{month}{day}{year}")
        if year and hour:
            self.keys.press("ArrowRight")
        if hour:
            half = "AM" if int(hour) < 12 else "PM"
            self.keys.type(f"{int(hour) % 12 or 12:02}{minute}{second or '00'}{half}")

    def tick(self, at: dict[str, Any]) -> None:
        """A box that is unticked again says no; one that nobody touched says nothing."""
        is_wanted = at["value"] in self.wanted.get(at["name"], [])
        says_no = self.text(f"{at['name']}#was") == "false" and at["was"] == "absent"
        for _ in range(2 if says_no and not at["checked"] else is_wanted != at["checked"]):
            self.keys.press("Space")

    def choose(self, at: dict[str, Any]) -> None:
        wanted = self.text(at["name"])
        if at["name"] not in self.wanted or at["value"] == wanted:
            return
        self.keys.press("Home")
        for _ in range(at["options"].index(wanted)):
            self.keys.press("ArrowDown")
        self.wait()

    def pick(self, at: dict[str, Any]) -> None:
        """The pickers take a pasted id as well as words."""
        wanted = self.text(at["picked"])
        if wanted and at["held"] != wanted:
            self.keys.insert_text(wanted)
            self.keys.press("Enter")

    def attach(self, text: str) -> None:
        match = re.fullmatch(r"data:([^;,]+);name=([^;,]+);base64,(.*)", text)
        if match is None:
            return
        with self.page.expect_file_chooser(timeout=20_000) as chooser:
            self.keys.press("Space")
        file = {"name": match[2], "mimeType": match[1], "buffer": base64.b64decode(match[3])}
        chooser.value.set_files(file)

    # --- buttons

    def press(self, action: str) -> None:
        verb, _, name = action.partition(":")
        if verb == "add":
            self.grow(name, f"{name}#item")
        elif verb == "enter":
            self.grow(name, f"{name}#entry")
        elif verb == "include" and any(one.startswith((f"{name}/", f"{name}#")) for one in self.names):
            self.keys.press("Enter")
            self.wait()
            self.page.evaluate("() => document.activeElement.dataset.again = '1'")
            self.act(self.look())
        elif verb == "remove" and self.is_spare(name):
            self.keys.press("Enter")
            self.wait()

    def grow(self, name: str, marker: str) -> None:
        """Add one row; the focus then stands in it, and Tab leads through it to this button again."""
        if self.rows(marker) >= len(self.wanted.get(marker, [])):
            return
        self.keys.press("Enter")
        self.wait()
        at = self.look()
        if at["name"] != "action":
            self.act(at)

    def is_spare(self, name: str) -> bool:
        group, _, step = name.rpartition("/")
        marker = f"{group}#entry" if step.startswith("#") else f"{group}#item"
        return step.removeprefix("#") not in self.wanted.get(marker, [])

    def rows(self, marker: str) -> int:
        return Counter(self.page.evaluate("() => [...document.forms.start.elements].map((e) => e.name)"))[
            marker
        ]

    def wait(self) -> None:
        self.page.wait_for_timeout(20)
        self.page.wait_for_function(QUIET)
