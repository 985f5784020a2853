"""One whole site and one browser for all tests of this folder; each test signs in as the administrator."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol
from playwright.sync_api import Locator, Page, expect, sync_playwright

from tests.browser.chromium import Chromium, killed_after, leave
from tests.live import LiveSite

PASTE = """(text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
  document.querySelector(".cm-content").dispatchEvent(event);
}"""
LINKS = """
from wire.people import first_administrator
from wire.sign_in import issue_link
for _ in range(500):
    print("/sign-in/" + issue_link(first_administrator(), asks_first=False))
"""
TEST_SECONDS, SOAK_SECONDS = 240, 3600
HUNG: list[str] = []
PICTURES = os.environ.get("HEADRACE_PICTURES")  # a folder: keep a picture of each page there


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    site = LiveSite(tmp_path_factory.mktemp("site"))
    site.start()
    yield site
    assert site.stop() == 0


@pytest.fixture(scope="session")
def links(site: LiveSite) -> list[str]:
    """Links that sign the administrator in, to take from: a command for each test would take a second."""
    return site.manage("shell", "--no-imports", "-c", LINKS).split()


@pytest.fixture(scope="session")
def browser() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        browser = Chromium(playwright)
        yield browser
        browser.close()


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """No call of Playwright that has no time limit of its own holds up the tests for ever.

    Once in a run, the test whose browser has died of that is done again: Chromium itself hangs, if rarely.
    """
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    with killed_after(SOAK_SECONDS if item.get_closest_marker("soak") else TEST_SECONDS) as is_killed:
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
    if is_killed() and not HUNG:
        HUNG.append(item.nodeid)
        with killed_after(TEST_SECONDS):
            reports = runtestprotocol(item, log=False, nextitem=nextitem)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for nodeid in HUNG:
        terminalreporter.write_line(f"{nodeid}: Chromium did not answer; the test was done again.")


@pytest.fixture
def page(site: LiveSite, browser: Chromium, links: list[str]) -> Iterator[Page]:
    """A page of somebody who has just signed in by a link. A script error fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 860}, base_url=site.url)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    sign_in(page, links.pop())
    yield page
    leave(context)
    assert errors == []


def sign_in(page: Page, link: str) -> None:
    page.goto(link)
    button = page.locator("main form button")
    if button.count() and "/sign-in/" in page.url:
        button.first.click()
    expect(page).to_have_title(re.compile("Library"))


def found(page: Page, title: str) -> Locator:
    """Return the row of a flow in the library, which is searched for it: other tests publish flows, too."""
    page.goto("/")
    page.get_by_placeholder("Search titles, keywords and descriptions").fill(title)
    page.keyboard.press("Enter")
    page.wait_for_url("**/?*q=*")
    return page.locator("li", has=page.get_by_role("link", name=title, exact=True))


def paste(page: Page, text: str) -> None:
    """Put a text over what is selected in the editor, at once and without its typing aids."""
    page.evaluate(PASTE, text)


def shown_text(page: Page) -> str:
    """Return the definition as the editor shows it; of a long one, the lines near those in sight."""
    return "\n".join(page.locator(".cm-content").first.locator(".cm-line").all_text_contents())


def keep(page: Page, name: str) -> None:
    """Keep a picture of the page, where somebody asked for pictures."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")
