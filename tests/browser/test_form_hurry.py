"""Somebody who is quicker than the server: no answer takes away what was entered after it was asked for."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.test_form import EVERYTHING
from tests.browser.test_form_corpus import Api, Desk
from tests.live import LiveSite

# As soon as the field of the first variant shows, the second one is chosen.
CHOOSE_AT_ONCE = """() => new MutationObserver((_, watch) => {
  if (!document.getElementsByName("/way/who").length) return;
  watch.disconnect();
  const choice = document.getElementsByName("/way#variant0")[0];
  choice.value = "1";
  choice.dispatchEvent(new Event("change", { bubbles: true }));
}).observe(document.body, { childList: true, subtree: true })"""


@pytest.fixture(scope="module")
def api(site: LiveSite) -> Api:
    return Api(site)


@pytest.fixture
def desk(page: Page, api: Api) -> Desk:
    desk = Desk(page, api)
    desk.open(EVERYTHING)
    return desk


class Line:
    """A slow line: what the form asks waits here until it is let through."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.waiting: list[Route] = []
        page.route(re.compile(r"/start(/check\?.*)?$"), lambda route: self.waiting.append(route))

    def has(self, words: str) -> None:
        """Wait until a question with these words waits here, and let it alone through."""
        for _ in range(500):
            found = [route for route in self.waiting if words in self.said(route)]
            if found:
                break
            self.page.wait_for_timeout(10)
        else:
            raise AssertionError(f"nobody asks for {words!r}: {[self.said(route) for route in self.waiting]}")
        self.waiting.remove(found[-1])
        found[-1].continue_()

    @staticmethod
    def said(route: Route) -> str:
        return f"{route.request.url} {(route.request.post_data_buffer or b'').decode(errors='replace')}"


def texts(page: Page, **wanted: str) -> None:
    """The controls, by the ends of their names, hold these texts."""
    for name, text in wanted.items():
        expect(page.locator(f"[name='/{name.replace('_', '/')}']")).to_have_value(text)


def test_rows_that_are_added_one_upon_the_other_all_come_and_typing_goes_on(desk: Desk, page: Page):
    box = page.locator("[name='/tags#paste']")
    box.evaluate("(box) => { box.closest('details').open = true; box.value = 'later'; }")
    line = Line(page)
    add = page.get_by_role("button", name="Add to Tags")
    add.click()
    add.click()
    page.get_by_label("Note").focus()
    page.keyboard.type("quick")
    line.has("add:/tags")
    expect(page.locator("[name='/tags/0']")).to_be_visible()
    expect(page.get_by_label("Note")).to_be_focused()
    page.locator("[name='/tags/0']").fill("one")
    page.get_by_label("Note").press("End")
    page.keyboard.type(" note")
    line.has("add:/tags")
    expect(page.locator("[name='/tags/1']")).to_be_visible()
    texts(page, tags_0="one", note="quick note")
    expect(box).to_have_value("later")


def test_a_check_that_is_under_way_takes_no_new_row_away_and_is_asked_again(desk: Desk, page: Page):
    line = Line(page)
    page.get_by_label("Mode").select_option("fast")
    page.get_by_role("button", name="Add to Tags").click()
    line.has("add:/tags")
    page.locator("[name='/tags/0']").fill("one")
    line.has("check")
    expect(page.get_by_label("Speed limit")).to_be_visible()
    texts(page, tags_0="one")
    page.get_by_label("Mode").select_option("safe")
    page.get_by_label("Speed limit").focus()
    page.keyboard.type("7")
    line.has("check")
    line.has("\r\n\r\n7\r\n")
    expect(page.get_by_label("Speed limit")).to_have_count(0)
    page.unroute_all()
    page.get_by_label("Mode").select_option("fast")
    expect(page.get_by_label("Speed limit")).to_have_value("7")


def test_a_variant_chosen_in_the_moment_in_which_another_one_comes_is_the_one_that_shows(
    desk: Desk, page: Page
):
    page.evaluate(CHOOSE_AT_ONCE)
    choice = page.get_by_label("Kind of Way")
    choice.select_option(label="By hand")
    expect(page.locator("[name='/way/box']")).to_be_visible()
    line = Line(page)
    choice.select_option(label="By hand")
    page.get_by_role("button", name="Add to Files").click()
    choice.select_option(label="By mail")
    expect(page.locator("[name='/way/box']")).not_to_be_focused()
    line.has("/way#variant0")
    line.has("add:/files")
    page.unroute_all()
    page.get_by_label("Path, row 1").fill("/a")
    expect(page.locator("[name='/way/box']")).to_be_visible()
    texts(page, files_0_path="/a")


def test_a_field_that_was_changed_stays_the_same_one_when_others_come(desk: Desk, page: Page):
    page.goto(f"/flows/{desk.flow_id}/start?input=" + '{"mode":"safe","note":"given"}')
    page.wait_for_selector("form[data-ready]")
    note = page.locator("[name='/note']")
    note.fill("mine")
    note.press("Tab")
    expect(page.locator(".is-changed [name='/note']")).to_be_visible()
    note.evaluate("(one) => { one.isTheSame = true; }")
    page.get_by_label("Mode").select_option("fast")
    expect(page.get_by_label("Speed limit")).to_be_visible()
    texts(page, note="mine")
    assert note.evaluate("(one) => one.isTheSame") is True
    expect(page.locator("#f-note [data-origin]")).to_have_text("you")
