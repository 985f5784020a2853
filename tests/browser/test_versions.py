"""Versions, drafts and two people on one flow, as they meet in browsers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import Chromium, leave
from tests.browser.conftest import keep, sign_in
from tests.browser.test_trying import axe_is_content
from tests.flowlang.dry_runs import COPYING
from tests.live import LiveSite

TEXT = json.dumps(COPYING, indent=2)
MADE = """
from library.publish import create_flow, current_version
from runs import engine
from wire.models import User
from wire.principals import identity_urn
admin = User.objects.get(username="admin")
bob, _ = User.objects.get_or_create(username="bob")
flow = create_flow(admin, "Shared flow", TEXT, "{}", roles={"flow_administrator": [identity_urn(bob.pk)]})
print(engine.start(current_version(flow), admin, {"size": 0}).pk, flow.pk)
"""


@pytest.fixture
def made(site: LiveSite) -> list[str]:
    """The ids of a run and of its flow, which has two administrators, admin and bob."""
    return site.manage("shell", "--no-imports", "-c", MADE.replace("TEXT", repr(TEXT))).split()[-2:]


@pytest.fixture
def flow(made: list[str]) -> str:
    return made[1]


@pytest.fixture
def bobs(site: LiveSite, browser: Chromium, flow: str) -> Iterator[Page]:
    """A page of bob's browser."""
    context = browser.new_context(viewport={"width": 1280, "height": 860}, base_url=site.url)
    page = context.new_page()
    sign_in(page, site.manage("sign_in_link", "bob"))
    yield page
    leave(context)


def edit(page: Page, flow: str) -> None:
    open_editor(page, f"/flows/{flow}/edit")


def open_editor(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(".cm-content").first.wait_for()


def change(page: Page, old: str, new: str) -> None:
    """Replace the first `old` in the text by typing over it, as found by the editor's own search."""
    page.locator(".cm-content").first.click()
    page.keyboard.press("Control+Home")
    page.keyboard.press("Control+f")
    page.keyboard.press("Control+a")
    page.keyboard.type(old)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.insert_text(new)


def to_the_end(page: Page) -> None:
    """Bring the last lines into sight: the editor draws no others."""
    page.locator(".cm-content").first.click()
    page.keyboard.press("Control+End")


def publish(page: Page, message: str) -> None:
    page.get_by_role("button", name="Publish").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What changed").fill(message)
    dialog.get_by_role("button", name="Publish", exact=True).click()


def text_of(page: Page) -> str:
    return "\n".join(page.locator(".cm-content").first.locator(".cm-line").all_inner_texts())


def test_a_renamed_state_and_a_changed_choice_are_coloured_in_the_history_and_restored(
    page: Page, flow: str, made: list[str]
):
    edit(page, flow)
    page.locator(".cm-content").first.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(TEXT.replace('"Copy"', '"Carry"').replace(": 0", ": 9"))
    publish(page, "Carry what is large")
    expect(page.get_by_text("Published as version 2")).to_be_visible()
    page.goto(f"/runs/{made[0]}/")  # what was started keeps its version
    page.get_by_role("tab", name="Diagram").click()
    expect(page.locator("#state-1")).to_contain_text("Copy")
    page.goto(f"/flows/{flow}/history")
    old, new = page.locator("[data-picture='0']"), page.locator("[data-picture='1']")
    expect(new.locator("#state-1")).to_have_class(re.compile("status--renamed"))
    expect(old.locator("#state-1")).to_have_class(re.compile("status--renamed"))
    expect(new.locator("#state-0")).to_have_class(re.compile("status--changed"))
    expect(page.get_by_text("was Copy")).to_be_visible()
    expect(page.get_by_text("$.Choices[0].NumericGreaterThan")).to_be_visible()
    keep(page, "history")
    axe_is_content(page)
    page.get_by_role("button", name="Restore version 1").click()
    expect(page.get_by_text("Version 1 is back, as version 3")).to_be_visible()
    edit(page, flow)
    assert '"Copy"' in text_of(page)


def test_two_people_on_one_draft_see_each_other_and_merge_by_state(page: Page, bobs: Page, flow: str):
    edit(page, flow)
    bobs.route("**/ide/presence", lambda route: route.abort())  # bob does not hear of what is saved
    edit(bobs, flow)
    change(page, "3600", "60")
    expect(page.locator("[data-saved]")).to_contain_text("Draft saved")
    change(bobs, "Broken", "Torn")
    dialog = bobs.get_by_role("dialog", name="Bring both texts together")
    expect(dialog.get_by_text("You changed different parts")).to_be_visible()
    dialog.get_by_role("button", name="Later").click()
    change(bobs, "3600", "7")
    bobs.get_by_role("button", name="See both and merge").first.click()
    expect(dialog.get_by_text("1 part changed by both")).to_be_visible()
    expect(dialog.get_by_role("group", name=re.compile("State Rest"))).to_contain_text('"Seconds": 60')
    keep(bobs, "merge")
    axe_is_content(bobs)
    dialog.get_by_label("admin").check()
    dialog.get_by_role("button", name="Merge").click()
    expect(bobs.locator("[data-saved]")).to_contain_text("Draft saved")
    assert '"Seconds": 60' in text_of(bobs) and "Torn" in text_of(bobs)
    bobs.unroute("**/ide/presence")
    bobs.reload()
    expect(page.locator("[data-presence]")).to_contain_text("bob is editing this flow too", timeout=25_000)
    expect(page.locator("[data-saved]")).to_contain_text("bob has saved this draft", timeout=25_000)
    to_the_end(page)
    expect(page.locator(".cm-content").first).to_contain_text("Torn")
    publish(bobs, "Both")
    expect(bobs.get_by_text("Published as version 2")).to_be_visible()
    expect(page.get_by_text("Version 2 has been published since you began")).to_be_visible(timeout=25_000)


def test_the_second_to_publish_merges_with_what_was_published(page: Page, bobs: Page, flow: str):
    bobs.route("**/ide/presence", lambda route: route.abort())
    edit(bobs, flow)
    edit(page, flow)
    change(page, "3600", "60")
    publish(page, "Shorter")
    expect(page.get_by_text("Published as version 2")).to_be_visible()
    change(bobs, "Broken", "Torn")
    expect(bobs.locator("[data-saved]")).to_contain_text("Draft saved")
    publish(bobs, "Mine")
    bobs.get_by_role("button", name="See both and merge").last.click()
    bobs.get_by_role("dialog").get_by_role("button", name="Merge").click()
    expect(bobs.locator(".cm-content").first).to_contain_text('"Seconds": 60')
    assert "Torn" in text_of(bobs)
    publish(bobs, "Both")
    expect(bobs.get_by_text("Published as version 3")).to_be_visible()


def test_the_second_window_to_save_a_draft_sees_both_texts_and_loses_neither(page: Page, flow: str):
    edit(page, flow)
    change(page, "3600", "60")
    expect(page.locator("[data-saved]")).to_contain_text("Draft saved")
    other = page.context.new_page()
    edit(other, flow)
    change(other, "Broken", "Torn")
    expect(other.locator("[data-saved]")).to_contain_text("Draft saved")
    change(page, '"End": true', '"Comment": "Last", "End": true')
    dialog = page.get_by_role("dialog", name="Bring both texts together")
    expect(dialog.get_by_text("You changed different parts")).to_be_visible()
    dialog.get_by_role("button", name="Merge").click()
    expect(page.locator(".cm-content").first).to_contain_text("Torn")
    expect(page.locator("[data-saved]")).to_contain_text("Draft saved")
    other.close()
    page.reload()
    to_the_end(page)
    for word in ("Torn", '"Seconds": 60', '"Comment": "Last"'):
        expect(page.locator(".cm-content").first).to_contain_text(word)


def test_what_did_not_reach_the_server_is_offered_by_the_browser_that_kept_it(page: Page, flow: str):
    edit(page, flow)
    context = page.context
    page.route(re.compile(r"/ide/drafts(/|$)"), lambda route: route.abort())
    change(page, "3600", "60")
    expect(page.locator("[data-saved]")).to_contain_text("cannot be reached", timeout=10_000)
    page.wait_for_timeout(600)
    again = context.new_page()
    edit(again, flow)
    strip = again.locator("[data-local]")
    expect(strip).to_be_visible()
    axe_is_content(again)
    strip.get_by_role("button", name="Use that text").click()
    expect(again.locator(".cm-content").first).to_contain_text('"Seconds": 60')
    expect(again.locator("[data-saved]")).to_contain_text("Draft saved")


def test_a_new_flow_that_did_not_reach_the_server_is_offered_where_its_draft_is(page: Page):
    open_editor(page, "/ide/")
    change(page, "What this flow is for", "First")
    expect(page.locator("[data-saved]")).to_contain_text("Draft saved")
    page.route(re.compile(r"/ide/drafts(/|$)"), lambda route: route.abort())
    change(page, "First", "Second")
    page.locator("[data-title]").fill("Named without a network")
    expect(page.locator("[data-saved]")).to_contain_text("cannot be reached", timeout=10_000)
    again = page.context.new_page()
    open_editor(again, page.url)
    again.locator("[data-local]").get_by_role("button", name="Use that text").click()
    expect(again.locator(".cm-content").first).to_contain_text("Second")
    expect(again.locator("[data-title]")).to_have_value("Named without a network")


def test_closing_the_tab_keeps_the_draft(page: Page, flow: str):
    edit(page, flow)
    change(page, "3600", "60")
    expect(page.locator("[data-saved]")).to_contain_text("Draft saved")
    other = page.context.new_page()
    page.close()
    edit(other, flow)
    to_the_end(other)
    expect(other.locator(".cm-content").first).to_contain_text('"Seconds": 60')
