"""Somebody who is quicker than the server: no answer takes away what was entered after it was asked for."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import sign_in
from tests.browser.test_form import EVERYTHING, UUID
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


def told(page: Page) -> str:
    """Wait for a message of what went wrong, close it, and return it."""
    message = page.locator("[data-toasts] .notice--error").first
    text = message.locator("p").inner_text()
    message.get_by_role("button", name="Close").click()
    return text


def test_a_button_that_is_not_answered_says_so_and_works_later(desk: Desk, page: Page, links: list[str]):
    start = re.compile(r"/start$")
    add, way = page.get_by_role("button", name="Add to Tags"), page.get_by_label("Kind of Way")
    page.get_by_label("Note").fill("mine")
    page.route(start, lambda route: route.abort())
    add.click()
    assert told(page) == (
        "The site does not answer. Try again when it is back: “Add to Tags” did nothing. "
        "What you have entered is still here."
    )
    page.unroute_all()
    page.route(start, lambda route: route.fulfill(status=500, body="no"))
    before = way.input_value()
    way.select_option(label="By mail")
    assert told(page).startswith(
        "The site answered 500. Try again; if it stays so, reload the page: “Kind of Way”"
    )
    expect(way).to_have_value(before)
    page.unroute_all()
    page.context.clear_cookies(name="sessionid")
    add.click()
    assert told(page).startswith("You are signed out. Sign in in another tab")
    other = page.context.new_page()
    sign_in(other, links.pop())
    other.close()
    page.evaluate("dispatchEvent(new Event('focus'))")
    line = re.compile(r"/schedules/times")
    page.route(line, lambda route: None)  # the preview of the times is never answered
    page.get_by_label("Later, once").check()
    add.click()
    page.locator("[name='/tags/0']").fill("one")
    way.select_option(label="By mail")
    expect(page.locator("[name='/way/box']")).to_be_visible()
    texts(page, tags_0="one", note="mine")
    page.unroute_all()


def test_what_is_typed_into_a_picker_counts_however_soon_one_goes_on(desk: Desk, page: Page):
    id = {"type": "string", "format": "uuid", "title": "From"}
    desk.open({"properties": {"source_endpoint_id": id, "index_id": {**id, "title": "Index"}}})
    box = page.get_by_label("From")
    box.fill("Demo")
    expect(page.get_by_role("option").first).to_contain_text("Demo archive")
    page.route(
        re.compile("/collections/search"), lambda route: (page.wait_for_timeout(200), route.continue_())[1]
    )
    box.fill("Demo staging")
    box.press("Enter")  # while the list is still that of "Demo"
    expect(page.locator(".picker__name").first).to_have_text("Demo staging")
    page.get_by_label("Index").fill(UUID)
    button = page.get_by_role("button", name="Start the run").bounding_box()
    page.mouse.click(button["x"] + 5, button["y"] + 5)
    page.wait_for_url("**/runs/*/")
    assert desk.api.input_of(page.url.rstrip("/").rpartition("/")[2])["index_id"] == UUID


def test_the_name_of_a_value_is_checked_when_it_is_left(desk: Desk, page: Page):
    free = {"type": "object", "title": "More", "additionalProperties": {"type": "number"}}
    named = {**free, "propertyNames": {"pattern": "^[a-z]+$"}}
    desk.open({"type": "object", "properties": {"more": named, "count": {"type": "integer"}}})
    for name in ("a", "a"):
        page.get_by_role("button", name="Add a named value to More").click()
        expect(page.locator("[name$='#key']:focus")).to_have_count(1)
        page.keyboard.type(name)
        page.keyboard.press("Tab")
    group = page.get_by_role("group", name="More")
    expect(group.get_by_text("The name “a” is used twice. Change one of them.")).to_be_visible()
    second = page.get_by_label("Name", exact=True).last
    second.fill("B 2")
    second.press("Tab")
    expect(group.get_by_text("is used twice")).to_have_count(0)
    page.keyboard.type("1")
    page.keyboard.press("Tab")
    expect(group.get_by_text("The name", exact=False).last).to_contain_text("does not have the right form")
    page.locator("[name='/count']").fill("1")
    page.get_by_role("button", name="Add another named value", exact=True).click()
    expect(page.locator("[name$='#key']:focus")).to_have_count(1)
    page.keyboard.type("count")
    page.keyboard.press("Tab")
    expect(page.locator(".start__fields > .field__error")).to_have_text(
        "The name “count” is used twice. Change one of them."
    )
