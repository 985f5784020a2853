"""Definitions typed key by key: what the page shows is about the text, and that stays as it was typed."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page, Request, Response, expect

from tests.browser.chromium import Chromium, leave
from tests.browser.test_understanding import open_editor
from tests.live import LiveSite

CORPUS = Path(__file__).parents[3] / "shared/corpus/flows"
SIZES = range(500, 4_000)
QUIET = 1_000


def definitions(number: int) -> list[Path]:
    """Return so many different definitions of all sizes, the shortest first."""
    found = sorted(CORPUS.rglob("definition.json"), key=lambda path: (path.stat().st_size, path.name))
    fitting = [path for path in found if path.stat().st_size in SIZES]
    return fitting[:: max(1, len(fitting) // number)][:number]


class Watcher:
    """What the page has asked and been told, and what it complained of."""

    def __init__(self, page: Page) -> None:
        self.texts: list[str] = []
        self.answers: list[dict[str, Any]] = []
        self.complaints: list[str] = []
        page.on("request", self._asked)
        page.on("response", self._told)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _asked(self, request: Request) -> None:
        if request.url.endswith("/ide/check"):
            self.texts.append(json.loads(request.post_data or "{}")["definition"])

    def _told(self, response: Response) -> None:
        if response.url.endswith("/ide/check"):
            self.answers.append(response.json())

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)


def type_key_by_key(page: Page, text: str, chance: random.Random, pause: Any) -> None:
    """Type a text as it is: what the editor indents or closes by itself is typed over or taken out."""
    keys = page.keyboard
    for number, line in enumerate(text.rstrip("\n").split("\n")):
        if number:
            keys.press("Escape")
            keys.press("Enter")
        words = line.lstrip(" ")
        indent(page, len(line) - len(words))
        for character in words:
            keys.type(character)
            if chance.random() < 0.01:
                pause()
    keys.press("Control+Shift+End")
    keys.press("Delete")


def indent(page: Page, wanted: int) -> None:
    """Make the new line begin with so many blanks, whatever the editor has put there."""
    made = page.locator(".cm-content").first.locator(".cm-activeLine").inner_text().strip("\n")
    have = len(made) - len(made.lstrip(" "))
    for _ in range(have - wanted):
        page.keyboard.press("Shift+ArrowLeft")
    if have > wanted:
        page.keyboard.press("Delete")
    page.keyboard.type(" " * (wanted - have))


def show_is_of_the_text(page: Page, watcher: Watcher) -> None:
    """After a second of quiet, all that the page shows is about the last text that it asked about."""
    page.wait_for_timeout(QUIET)
    answer = watcher.answers[-1]
    shown = page.locator("[data-problem-rows] .problem__message").all_inner_texts()
    told = [problem["message"] for problem in answer["problems"]]
    assert [words.split() for words in shown] == [words.split() for words in told]
    if answer["diagram"] is None:
        expect(page.locator(".is-stale").first).to_be_attached(timeout=100)
    else:
        expect(page.locator(".is-stale")).to_have_count(0, timeout=100)
        assert drawn(page) == {words_of(state) for state in answer["diagram"]["states"]}


def drawn(page: Page) -> set[str]:
    """Return what the drawn states say of themselves to a pointer that rests on them."""
    return set(page.locator("g[id^=state-] > title").all_text_contents())


def words_of(state: dict[str, Any]) -> str:
    return ", ".join(filter(None, [state["name"], state["type"], state["provider"]]))


def check_typing(site: LiveSite, browser: Chromium, path: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 860}, base_url=site.url)
    page = context.new_page()
    watcher = Watcher(page)
    open_editor(page)
    page.locator("[data-drawer-toggle]").click()
    page.locator(".cm-content").first.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    text = path.read_text().replace("\t", "  ")
    type_key_by_key(page, text, random.Random(path.name), lambda: show_is_of_the_text(page, watcher))
    show_is_of_the_text(page, watcher)
    assert watcher.texts[-1].rstrip("\n") == text.rstrip("\n"), (watcher.texts[-1], text)
    assert watcher.complaints == []
    leave(context)


def paths(number: int) -> list[Any]:
    found = definitions(10)[:number]
    reason = "The corpus of flows is not on this machine."
    return found or [pytest.param(None, marks=pytest.mark.skip(reason=reason))]


@pytest.mark.parametrize("path", paths(2), ids=lambda path: path.parent.name if path else "none")
def test_what_is_shown_is_about_what_is_typed(site: LiveSite, browser: Chromium, path: Path) -> None:
    check_typing(site, browser, path)


@pytest.mark.soak
@pytest.mark.parametrize("path", paths(10), ids=lambda path: path.parent.name if path else "none")
def test_what_is_shown_is_about_what_is_typed_in_ten_flows(
    site: LiveSite, browser: Chromium, path: Path
) -> None:
    check_typing(site, browser, path)
