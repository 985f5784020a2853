"""Starting again and again, as people do it: a run once more, presets and links, code, many rows at once."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import Chromium, leave
from tests.browser.conftest import found, keep, sign_in
from tests.browser.test_schedules import well_made
from tests.live import LiveSite

SCHEMA = {
    "type": "object",
    "required": ["sample"],
    "additionalProperties": False,
    "properties": {
        "sample": {"type": "string", "title": "Sample", "pattern": "^S-[0-9]+$"},
        "count": {"type": "integer", "title": "Count", "default": 2},
        "fast": {"type": "boolean", "title": "Fast", "default": True},
        "ok": {"type": "boolean", "title": "Good data", "default": True},
        "pin": {"type": "string", "title": "PIN", "format": "password"},
        "source": {
            "type": "object",
            "title": "Source",
            "properties": {"path": {"type": "string", "title": "Path", "pattern": "^/"}},
        },
    },
}
DEFINITION = {
    "StartAt": "Check",
    "States": {
        "Check": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.ok", "BooleanEquals": True, "Next": "Done"}],
            "Default": "Bad",
        },
        "Bad": {"Type": "Fail", "Error": "BadData", "Cause": "The data are not good."},
        "Done": {"Type": "Pass", "End": True},
    },
}


@pytest.fixture(scope="module")
def flow(site: LiveSite, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the form of a flow that fails when its data are not good."""
    folder = tmp_path_factory.mktemp("flow")
    (folder / "definition.json").write_text(json.dumps(DEFINITION))
    (folder / "schema.json").write_text(json.dumps(SCHEMA))
    words = ["--title", "Measure", "--owner", "admin", "--schema", str(folder / "schema.json")]
    return f"/flows/{site.manage('import_flow', str(folder / 'definition.json'), *words).strip()}/start"


def input_of(page: Page) -> dict[str, object]:
    """The input of the run whose page this is."""
    return dict(json.loads(page.locator("#run-page").text_content() or "")["input"])


def start(page: Page) -> dict[str, object]:
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/runs/*/")
    return input_of(page)


def fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size({"width": 1280, "height": 860})


def test_a_run_is_started_again_with_one_change(page: Page, flow: str):
    page.goto(flow)
    page.get_by_label("Sample").fill("S-113")
    page.get_by_label("Count").fill("7")
    page.get_by_label("Fast").uncheck()
    page.get_by_label("Path").fill("/a")
    earlier = start(page)
    assert earlier == {"sample": "S-113", "count": 7, "fast": False, "ok": True, "source": {"path": "/a"}}
    first = page.url
    page.get_by_role("link", name="Run again").click()
    expect(page.get_by_label("Count")).to_have_value("7")
    expect(page.get_by_label("Fast")).not_to_be_checked()
    page.get_by_label("Sample").fill("S-114")
    page.keyboard.press("Tab")
    banner = page.locator("#start-differences")
    expect(banner).to_contain_text("in 1 field")
    expect(banner.locator("li")).to_contain_text(re.compile(r'Sample: "S-113".*"S-114"'))
    expect(page.locator(".field.is-changed")).to_have_count(1)
    well_made(page)
    fits_a_phone(page)
    keep(page, "start-again")
    assert start(page) == earlier | {"sample": "S-114"}
    page.get_by_role("link", name="another run").click()
    assert page.url == first


def test_a_preset_and_a_link_bring_the_values_and_not_the_secret(site: LiveSite, page: Page, flow: str):
    page.goto(flow)
    page.get_by_label("Sample").fill("S-7")
    page.get_by_label("PIN").fill("1234")
    page.get_by_text("Keep these values as a preset").click()
    page.get_by_label("Name of the preset").fill("beamline 7")
    page.get_by_role("button", name="Save the preset").click()
    expect(page.get_by_text("The preset “beamline 7” is saved.")).to_be_visible()
    expect(page.get_by_label("Sample")).to_have_value("S-7")
    page.get_by_text("Link to these values, and code").click()
    page.get_by_label("Count").fill("5")
    page.keyboard.press("Tab")
    expect(page.locator("#start-curl")).to_contain_text('"count": 5')
    assert "1234" not in page.locator("#start-code").inner_text()
    link = page.locator("#start-link").inner_text()
    assert page.context.browser is not None
    private = page.context.browser.new_context(base_url=site.url)
    other = private.new_page()
    other.goto(link)
    expect(other).to_have_url(re.compile("/sign-in/"))
    sign_in(other, site.manage("sign_in_link", "admin"))
    other.goto(link)
    expect(other.get_by_label("Sample")).to_have_value("S-7")
    expect(other.get_by_label("Count")).to_have_value("5")
    expect(other.get_by_label("PIN")).to_have_value("")
    leave(private)
    page.goto(flow)
    page.get_by_text("Fill in from a preset or an earlier run").click()
    page.get_by_role("link", name="Manage presets").click()
    well_made(page)
    fits_a_phone(page)
    keep(page, "presets")
    page.get_by_role("link", name="beamline 7").click()
    expect(page.get_by_label("Sample")).to_have_value("S-7")
    start(page)
    page.goto(flow)
    page.get_by_text("Fill in from a preset or an earlier run").click()
    expect(page.locator("#fill-recent + ol li").first).to_contain_text("S-7")
    well_made(page)
    keep(page, "start-fill")


def test_the_code_starts_a_run_with_the_same_input(site: LiveSite, page: Page, flow: str):
    page.goto(flow)
    page.get_by_label("Sample").fill("S-9")
    page.get_by_label("Path").fill('/it\'s "here" $HOME')
    page.get_by_label("Label").fill("by hand")
    mine = start(page)
    page.get_by_role("link", name="Run again").click()
    page.get_by_text("Link to these values, and code").click()
    token = site.manage("create_token", "admin").split()[-1]
    words = page.locator("#start-curl").inner_text()
    environment = {**os.environ, "HEADRACE_TOKEN": token}
    done = subprocess.run(["sh", "-c", words], env=environment, capture_output=True, text=True, timeout=30)
    document = json.loads(done.stdout)
    assert document["label"] == "by hand"
    page.goto(f"/runs/{document['run_id']}/")
    assert input_of(page) == mine


def test_managers_are_chips_that_are_found_named_and_removed_by_keyboard(page: Page, flow: str):
    page.goto(flow)
    page.get_by_label("Sample").fill("S-1")
    page.get_by_text("Who else sees it, and mails").click()
    box, chips = page.get_by_label("Run managers"), page.locator("#start-managers").get_by_role("list")
    box.press_sequentially("adm")
    expect(page.get_by_role("option").first).to_contain_text("admin")
    page.keyboard.press("Enter")
    expect(chips.get_by_role("listitem")).to_contain_text(["admin"])
    page.keyboard.type("nobody, nobody else")
    page.keyboard.press("Enter")
    expect(chips.get_by_role("listitem")).to_contain_text(["admin", "nobody", "nobody else"])
    page.keyboard.press("Backspace")
    expect(page.get_by_role("button", name="Remove nobody else")).to_be_focused()
    page.keyboard.press("Delete")
    expect(page.get_by_text("nobody else removed.")).to_be_attached()
    expect(page.get_by_role("button", name="Remove nobody")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#start-managers-error")).to_have_text("There is no user or group “nobody” here.")
    expect(chips.get_by_role("listitem")).to_contain_text(["admin", "nobody"])
    well_made(page)
    fits_a_phone(page)
    keep(page, "start-people")
    box.focus()
    for key in ("Backspace", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("button", name="Remove admin")).to_be_focused()
    page.get_by_text("Link to these values, and code").click()
    expect(page.locator("#start-curl")).to_contain_text('"run_managers"')
    start(page)


def test_fifty_rows_are_checked_started_watched_and_retried(page: Page, flow: str):
    page.goto(flow)
    page.get_by_label("Label").fill("night")
    page.get_by_role("button", name="Start many").click()
    rows = [f"S-{number}\t{'data' if number == 17 else '/data'}\t{number != 30}" for number in range(1, 51)]
    page.get_by_label("Rows from a spreadsheet, or CSV").fill("\n".join(["sample\twhere\tok", *rows]))
    page.get_by_role("button", name="Check the rows").click()
    page.get_by_label("where").select_option("Source › Path")
    expect(page.locator("tr.is-wrong")).to_have_count(1)
    expect(page.locator("tr.is-wrong")).to_contain_text("17")
    well_made(page)
    fits_a_phone(page)
    keep(page, "bulk")
    page.get_by_role("button", name="Start 49 runs").dblclick()
    page.wait_for_url("**/batches/*/")
    expect(page.locator("#batch-head")).to_contain_text("50 of 50 over", timeout=60_000)
    expect(page.locator("#row-17")).to_contain_text("Not started")
    expect(page.locator("#row-30")).to_contain_text("The data are not good.")
    assert page.locator("#batch-rows a[href^='/runs/']").count() == 49
    well_made(page)
    fits_a_phone(page)
    keep(page, "batch")
    page.get_by_role("button", name="Retry 1 failed row").click()
    expect(page.locator("#row-30")).to_contain_text("Started 2 times", timeout=20_000)
    page.locator("#row-17").get_by_role("link", name="Mend it in the form").click()
    expect(page.get_by_label("Sample")).to_have_value("S-17")
    page.goto("/batches/")
    well_made(page)
    fits_a_phone(page)
    page.get_by_role("link", name="night").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("night")


HERE = """() => {
  const at = document.activeElement;
  return at.getAttribute("aria-label") || at.labels?.[0]?.textContent || at.textContent;
}"""


def tab_to(page: Page, words: str) -> None:
    """Go on with the Tab key to the control with these words."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if words in page.evaluate(HERE):
            return
    raise AssertionError(f"The Tab key does not lead to {words!r}.")


def test_many_runs_are_started_and_retried_by_keyboard_alone(page: Page, flow: str):
    page.goto(flow)
    tab_to(page, "Start many from a table")
    page.keyboard.press("Enter")
    page.wait_for_url("**/bulk")
    well_made(page)
    tab_to(page, "Rows from a spreadsheet, or CSV")
    page.keyboard.insert_text("sample\twhere\tok\nS-1\t/a\tfalse\nS-2\tb\ttrue\nS-3\t/c\ttrue")
    tab_to(page, "Check the rows")
    page.keyboard.press("Enter")
    expect(page.locator("#bulk-rows-title")).to_contain_text("3 rows")
    tab_to(page, "where")
    page.keyboard.type("Source")
    expect(page.locator("tr.is-wrong")).to_have_count(1)
    tab_to(page, "Start 2 runs")
    page.keyboard.press("Enter")
    page.wait_for_url("**/batches/*/")
    expect(page.locator("#batch-head")).to_contain_text("3 of 3 over", timeout=60_000)
    expect(page.locator("#row-2")).to_contain_text("Not started")
    tab_to(page, "Retry 1 failed row")
    page.keyboard.press("Enter")
    expect(page.locator("#row-1")).to_contain_text("Started 2 times", timeout=20_000)
    tab_to(page, "Mend it in the form")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Sample")).to_have_value("S-2")


@pytest.fixture
def crowded(tmp_path: Path, browser: Chromium) -> Iterator[tuple[LiveSite, Page]]:
    """A site on which one person may have 40 runs under way, and a page of somebody there."""
    site = LiveSite(tmp_path / "site", MAX_ACTIVE_RUNS="20", MAX_WAITING_RUNS="20")
    site.start()
    context = browser.new_context(viewport={"width": 1280, "height": 860}, base_url=site.url)
    page = context.new_page()
    sign_in(page, site.sign_in_link)
    yield site, page
    leave(context)
    site.stop()


def test_a_batch_is_stopped_and_its_runs_are_cancelled(crowded: tuple[LiveSite, Page], tmp_path: Path):
    site, page = crowded
    definition = {"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "Seconds": 600, "End": True}}}
    (tmp_path / "rest.json").write_text(json.dumps(definition))
    words = ["import_flow", str(tmp_path / "rest.json"), "--title", "Rest", "--owner", "admin"]
    page.goto(f"/flows/{site.manage(*words).strip()}/bulk")
    page.get_by_label("Rows from a spreadsheet, or CSV").fill("\n".join(map(str, range(100))))
    page.get_by_role("button", name="Check the rows").click()
    page.locator("[data-start-batch]").click()
    page.wait_for_url("**/batches/*/", wait_until="commit")
    page.get_by_role("button", name="Stop: leave out 60 waiting rows").click()
    expect(page.get_by_text("Stopped: 60 rows left out. Runs")).to_be_visible()
    well_made(page, "#batch-head")
    fits_a_phone(page)
    keep(page, "batch-stopped")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name=re.compile("^Cancel .* under way$")).click()
    expect(page.locator("#batch-head")).to_contain_text("100 of 100 over", timeout=60_000)
    expect(page.locator("#row-1")).to_contain_text("Cancelled")
    expect(page.locator("#row-100")).to_contain_text("Left out")


def test_starting_waits_for_the_form_to_be_filled_in(page: Page):
    found(page, "Move files").get_by_role("link", name=re.compile("Start")).click()
    page.route("**/start", lambda route: (page.wait_for_timeout(300), route.continue_())[1])
    page.get_by_role("button", name="Use the sample").click()
    page.get_by_role("button", name="Start the run").click()
    page.wait_for_url("**/runs/*/")
