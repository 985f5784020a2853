"""Schedules and retries as people use them: with keys, in the dark, seen by a checker of accessibility."""

from __future__ import annotations

import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import found, keep, paste
from tests.live import LiveSite

MOVE = "Move files"


def open_start(page: Page, title: str = MOVE) -> None:
    found(page, title).get_by_role("link", name=re.compile("Start")).click()
    page.get_by_role("button", name="Use the sample").click()


def well_made(page: Page, part: str | None = None) -> None:
    """No serious fault of accessibility on the page, or in that part of it, in the light and in the dark."""
    page.emulate_media(reduced_motion="reduce")  # colours on their way are nobody's fault
    for theme in ("light", "dark"):
        page.evaluate("theme => document.documentElement.setAttribute('data-theme', theme)", theme)
        found = Axe().run(page, context=part).response["violations"]
        faults = [each["id"] for each in found if each["impact"] in ("serious", "critical")]
        assert faults == [], (theme, page.url, [node["html"] for each in found for node in each["nodes"]][:5])


def test_a_flow_is_scheduled_paused_and_deleted(page: Page):
    open_start(page)
    page.get_by_label("By a cron expression").check()
    zone = page.get_by_label("Time zone")
    expect(zone).not_to_have_value("")
    zone.fill("Europe/Berlin")
    page.get_by_label("Cron expression", exact=True).fill("61 9 * * *")
    expect(page.locator("#when-times")).to_contain_text("is not a cron expression")
    page.get_by_label("Cron expression", exact=True).fill("30 9 * * 1-5")
    expect(page.locator("#when-times li")).to_have_count(5)
    expect(page.locator("#when-times li").first).to_contain_text("09:30")
    well_made(page)
    keep(page, "start-when")
    page.get_by_label("Label").fill("weekdays")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/schedules/*/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("weekdays")
    expect(page.get_by_role("listitem").filter(has_text="09:30")).to_have_count(5)
    well_made(page)
    keep(page, "schedule")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Paused")
    page.get_by_role("link", name="Schedules").first.click()
    expect(page.get_by_role("row", name=re.compile("weekdays"))).to_contain_text("Paused")
    well_made(page)
    keep(page, "schedules")
    page.get_by_role("link", name="weekdays").click()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete").click()
    page.wait_for_url("**/schedules/")
    expect(page.get_by_text("No schedules yet.")).to_be_visible()


def test_what_is_due_starts_by_itself(page: Page):
    open_start(page)
    page.get_by_label("Again and again").check()
    page.get_by_role("radio", name="It has started a number of runs").check()
    page.get_by_label("How many runs").fill("1")
    page.get_by_role("button", name="Make the schedule").click()
    page.wait_for_url("**/schedules/*/")

    heading = page.get_by_role("heading", level=1)
    deadline = time.monotonic() + 30
    while "Ended" not in heading.inner_text():
        assert time.monotonic() < deadline, heading.inner_text()
        page.wait_for_timeout(500)
        page.reload()
    page.get_by_role("table").get_by_role("link").click()
    page.wait_for_url("**/runs/*/")
    expect(page.locator("span[data-status]")).to_contain_text("Succeeded", timeout=30_000)


@pytest.fixture
def failing(site: LiveSite, tmp_path) -> str:
    """The id of a flow whose second state fails as long as `ok` is false."""
    definition = tmp_path / "failing.json"
    definition.write_text(
        """{"StartAt": "First", "States": {
            "First": {"Type": "Pass", "Result": {"n": 1}, "ResultPath": "$.first", "Next": "Check"},
            "Check": {"Type": "Choice", "Choices": [
                {"Variable": "$.ok", "BooleanEquals": true, "Next": "Done"}]},
            "Done": {"Type": "Pass", "End": true}}}"""
    )
    return site.manage("import_flow", str(definition), "--title", "Failing", "--owner", "admin").strip()


def test_a_failed_run_is_retried_with_corrected_data(page: Page, failing: str):
    page.goto(f"/flows/{failing}/start?input=" + '{"ok":false}')
    page.get_by_role("button", name="Start the run").click()
    page.wait_for_url("**/runs/*/")
    link = page.get_by_role("link", name="Retry from here")
    expect(link).to_be_visible(timeout=30_000)
    well_made(page)
    link.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Retry")
    well_made(page)
    keep(page, "retry")
    data = page.locator("[data-retry-data]").input_value()
    page.locator(".retry__editor .cm-content").click()
    page.keyboard.press("Control+A")
    paste(page, data.replace("false", "true"))
    page.get_by_role("button", name="Retry from Check").click()
    page.wait_for_url("**/runs/*/")
    expect(page.locator("span[data-status]")).to_contain_text("Succeeded", timeout=30_000)
    expect(page.locator(".event__title").filter(has_text="First")).to_have_count(0)
    expect(page.get_by_role("link", name="the run that failed")).to_be_visible()
    keep(page, "retried-run")
