"""The list of runs as people use it: searched, narrowed by a bar, followed live, and acted upon."""

from __future__ import annotations

import json
import re
import uuid
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import keep
from tests.browser.test_again import fits_a_phone
from tests.browser.test_schedules import well_made
from tests.live import LiveSite

DEFINITION = {
    "StartAt": "Check",
    "States": {
        "Check": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.ok", "StringEquals": "later", "Next": "Rest"},
                {"Variable": "$.ok", "StringEquals": "yes", "Next": "Done"},
            ],
            "Default": "Bad",
        },
        "Rest": {"Type": "Wait", "Seconds": 3600, "Next": "Done"},
        "Bad": {"Type": "Fail", "Error": "BadData", "Cause": "The data of this sample are not good."},
        "Done": {"Type": "Pass", "End": True},
    },
}


@pytest.fixture(scope="module")
def flows(site: LiveSite, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Two flows that do the same."""
    file = tmp_path_factory.mktemp("flow") / "definition.json"
    file.write_text(json.dumps(DEFINITION))
    words = ["import_flow", str(file), "--owner", "admin", "--title"]
    return [site.manage(*words, f"Measure {name}").strip() for name in ("north", "south")]


@pytest.fixture
def sample() -> str:
    """A name that no other run has."""
    return f"S-113-{uuid.uuid4().hex[:8]}"


def start(page: Page, flow: str, sample: str, ok: str) -> str:
    """Start a run from another window, and return its address."""
    other = page.context.new_page()
    body = json.dumps({"sample": sample, "ok": ok})
    other.goto(f"/flows/{flow}/start?input={quote(body)}")
    other.get_by_role("button", name="Start the run").last.click()
    other.wait_for_url("**/runs/*/")
    address = other.url
    other.close()
    return address


def box(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="Search the runs")


def search(page: Page, text: str) -> None:
    box(page).fill(text)
    box(page).press("Enter")
    page.wait_for_load_state()


def rows(page: Page) -> Locator:
    return page.locator("tr[data-run]")


def row_of(page: Page, address: str) -> Locator:
    return page.locator(f"tr[data-run='{address.rstrip('/').rpartition('/')[2]}']")


def test_runs_are_searched_by_input_saved_as_a_view_and_narrowed_by_a_bar(
    page: Page, flows: list[str], sample: str
):
    wanted = [start(page, flow, sample, "no") for flow in flows]
    start(page, flows[0], f"{sample}0", "no")
    start(page, flows[1], sample, "yes")
    page.goto("/runs/")
    page.keyboard.press("/")
    expect(box(page)).to_be_focused()
    page.keyboard.type(f'input.sample:"{sample}" status:failed')
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(2)
    for address in wanted:
        expect(row_of(page, address)).to_be_visible()
    expect(page).to_have_url(re.compile(rf"\?q=input\.sample%3A%22{sample}%22\+status%3Afailed"))
    page.reload()
    expect(rows(page)).to_have_count(2)
    expect(page.locator("[data-bars] a").last).to_be_attached()
    well_made(page)
    keep(page, "runs-search")
    fits_a_phone(page)
    page.locator("summary", has_text="Views").click()
    page.get_by_label("Save this search as").fill("Sample 113, failed")
    page.get_by_role("button", name="Save the view").click()
    expect(page.get_by_text("The view “Sample 113, failed” is saved.")).to_be_visible()
    page.get_by_role("link", name="Take out status:failed").click()
    expect(rows(page)).to_have_count(3)
    bar = page.locator("[data-bars] a[tabindex='0']")
    expect(bar).to_have_attribute("aria-label", re.compile("2 failed|1 succeeded"))
    bar.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("since"))
    assert rows(page).count() >= 1
    page.locator("summary", has_text="Views").click()
    page.get_by_role("link", name="Sample 113, failed").click()
    expect(rows(page)).to_have_count(2)
    page.goto("/runs/views/")
    well_made(page)
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No views yet.")).to_be_visible()


def test_a_search_that_cannot_be_read_is_mended_with_one_click(page: Page, flows: list[str]):
    start(page, flows[0], "S-113", "no")
    page.goto("/runs/")
    search(page, "input.sample:S-113 staus:failed")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("position 20")
    expect(alert).to_contain_text("Did you mean")
    expect(box(page)).to_be_focused()
    well_made(page)
    keep(page, "runs-fault")
    alert.get_by_role("link", name="input.sample:S-113 status:failed").click()
    expect(rows(page).first).to_be_visible()
    page.locator("summary", has_text="How to search").click()
    well_made(page)
    keep(page, "runs-help")
    page.get_by_role("link", name='input.sample:"S-113"').click()
    expect(box(page)).to_have_value('input.sample:"S-113"')


def test_the_list_follows_its_runs_and_leaves_alone_what_one_points_at(
    page: Page, flows: list[str], sample: str
):
    first = start(page, flows[0], f"{sample}-1", "later")
    page.goto(f"/runs/?q={quote(f'input.sample:{sample}*')}")
    expect(row_of(page, first)).to_contain_text("Running")
    page.mouse.move(2, 2)
    second = start(page, flows[0], f"{sample}-2", "later")
    expect(row_of(page, second)).to_be_visible(timeout=15_000)
    row_of(page, first).hover()
    third = start(page, flows[1], f"{sample}-3", "later")
    pill = page.get_by_role("button", name="1 new run")
    expect(pill).to_be_visible(timeout=15_000)
    expect(rows(page)).to_have_count(2)
    keep(page, "runs-live")
    pill.click()
    expect(rows(page)).to_have_count(3)
    expect(rows(page).first).to_have_attribute("data-run", third.rstrip("/").rpartition("/")[2])
    cancel_and_start_again(page, [first, second, third])


def cancel_and_start_again(page: Page, addresses: list[str]) -> None:
    """Tick with the keyboard alone, look at what would happen, and let it."""
    compare = page.get_by_role("button", name="Compare")
    expect(compare).to_be_disabled()
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    expect(page.get_by_text("2 ticked")).to_be_visible()
    expect(compare).to_be_enabled()
    well_made(page)
    page.get_by_label("Tick all on this page").check()
    expect(compare).to_be_disabled()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Will be cancelled")).to_have_count(3)
    well_made(page)
    keep(page, "runs-chosen")
    page.get_by_role("button", name="Cancel 3 runs").click()
    expect(page.get_by_text("Is being cancelled")).to_have_count(3)
    page.get_by_role("link", name="Back to the runs").click()
    for address in addresses:
        expect(row_of(page, address)).to_contain_text("Cancelled", timeout=15_000)
    page.get_by_label("Tick all on this page").check()
    page.get_by_role("button", name="Run again").click()
    page.get_by_role("button", name="Start 3 runs").click()
    expect(page.get_by_role("link", name="the new run")).to_have_count(3)
    page.get_by_role("link", name="Back to the runs").click()
    expect(rows(page)).to_have_count(6)
    page.get_by_label("Tick all on this page").check()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Left alone: It has ended already.")).to_have_count(3)
    page.get_by_role("button", name="Cancel 3 runs").click()
    expect(page.get_by_text("Is being cancelled")).to_have_count(3)
