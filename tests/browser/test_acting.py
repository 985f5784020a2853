"""Acting on runs, as people do it: trying again, comparing, answering, agreeing, taking a run along."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import keep, paste
from tests.browser.test_again import fits_a_phone, input_of
from tests.browser.test_schedules import well_made
from tests.live import LiveSite

SEVEN = {f"S{at}": {"Type": "Pass", "Result": {"n": at}, "ResultPath": f"$.s{at}"} for at in range(1, 8)}
NUMBER = {"Type": "ExpressionEval", "Parameters": {"v.=": "int(seconds)"}, "ResultPath": "$.made"}
SCHEMA = {
    "type": "object",
    "properties": {
        "seconds": {"type": "string", "title": "Seconds"},
        "pin": {"type": "string", "title": "PIN", "format": "password"},
    },
}
ASKED = {
    "InputType": "Selection",
    "Context": {"PresentationStyle": "Text", "Title": "Publish it?", "Text": "Look at the result first."},
    "Options": [{"Value": "yes", "Label": "Yes"}, {"Value": "no", "Label": "No"}],
}
QUESTION = {
    "StartAt": "Measure",
    "States": {
        "Measure": {"Type": "Pass", "Result": {"quality": 0.93}, "ResultPath": "$.found", "Next": "Ask"},
        "Ask": {"Type": "CreateWebInput", "Parameters": ASKED, "ResultPath": "$.ask", "Next": "Await"},
        "Await": {
            "Type": "AwaitWebInput",
            "Parameters": {"web_input_id.$": "$.ask.web_input_id"},
            "ResultPath": "$.answer",
            "Next": "Done",
        },
        "Done": {"Type": "Pass", "End": True},
    },
}


def chain(states: dict[str, Any]) -> dict[str, Any]:
    names = list(states)
    chained = {name: states[name] | {"Next": after} for name, after in pairwise(names)}
    return {"StartAt": names[0], "States": chained | {names[-1]: states[names[-1]] | {"End": True}}}


def published(
    site: LiveSite, folder: Path, title: str, definition: dict[str, Any], schema: Any = None
) -> str:
    """Publish a flow and return the address of its form."""
    (folder / "definition.json").write_text(json.dumps(definition))
    (folder / "schema.json").write_text(json.dumps(schema or {"type": "object", "properties": {}}))
    words = ["--title", title, "--owner", "admin", "--schema", str(folder / "schema.json")]
    return f"/flows/{site.manage('import_flow', str(folder / 'definition.json'), *words).strip()}/start"


def started(page: Page, address: str, **values: str) -> str:
    """Start a run by the form and return the address of its page."""
    page.goto(address)
    for name, text in values.items():
        page.get_by_label(name).fill(text)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/runs/*/")
    return page.url


def status(page: Page, word: str) -> None:
    expect(page.locator("[data-status] .status").first).to_have_text(word, timeout=15_000)


def looked_at(page: Page, name: str) -> None:
    well_made(page)
    fits_a_phone(page)
    keep(page, name)


@pytest.fixture(scope="module")
def flow(site: LiveSite, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The form of a flow of seven states; the fifth waits for so many seconds."""
    states = SEVEN | {"S4": NUMBER, "S5": {"Type": "Wait", "SecondsPath": "$.made.v"}}
    folder = tmp_path_factory.mktemp("seven")
    return published(site, folder, "Seven steps", chain(states), SCHEMA)


def test_a_run_is_retried_from_the_failed_state_with_one_value_corrected(
    site: LiveSite, page: Page, tmp_path: Path
):
    states = SEVEN | {"S5": NUMBER}
    first = started(page, published(site, tmp_path, "Fails at five", chain(states), SCHEMA), Seconds="soon")
    status(page, "Failed")
    page.get_by_role("link", name="Retry from here").click()
    expect(page.get_by_role("heading", name="4 kept, 3 will run")).to_be_visible()
    editor = page.locator(".retry__editor .cm-content")
    expect(page.locator("[data-retry-changes]")).to_contain_text("Nothing is changed.")
    data = json.loads(page.locator("[data-retry-data]").input_value())
    assert [data[f"s{at}"]["n"] for at in range(1, 5)] == [1, 2, 3, 4]
    editor.click()
    page.keyboard.press("Control+A")
    paste(page, json.dumps(data | {"seconds": "7"}, indent=2))
    expect(page.locator("[data-retry-changes]")).to_contain_text('$.seconds: "soon" → "7"')
    looked_at(page, "retry")
    editor.focus()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{36}/$"))
    status(page, "Succeeded")
    log = page.request.get(f"{page.url}log?format=json").json()
    entered = [each["details"] for each in log if each["code"].endswith("Started")][1:]
    assert [details["state_name"] for details in entered] == ["S5", "S6", "S7"]
    page.get_by_role("link", name="the run that failed").click()
    assert page.url == first
    expect(page.get_by_role("link", name="by run 1")).to_be_visible()


def test_two_runs_are_compared(site: LiveSite, page: Page, tmp_path: Path):
    rule = {"Variable": "$.seconds", "StringEquals": "good", "Next": "Good"}
    states = {
        "Check": {"Type": "Choice", "Choices": [rule], "Default": "Bad"},
        "Good": {"Type": "Wait", "Seconds": 1, "Next": "Done"},
        "Bad": {"Type": "Pass", "Result": {"grade": 5}, "ResultPath": "$.found", "Next": "Done"},
        "Done": {"Type": "Pass", "End": True},
    }
    form = published(site, tmp_path, "Two ways", {"StartAt": "Check", "States": states}, SCHEMA)
    one = started(page, form, Seconds="good", PIN="hunter2-pin")
    status(page, "Succeeded")
    other = started(page, form, Seconds="bad")
    status(page, "Succeeded")
    page.goto(one)
    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name="Compare with another run").click()
    page.get_by_label("Id or address of another run").fill(other)
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare?with=*")
    titles = page.locator("main h2").all_inner_texts()
    assert titles.index("Input") < titles.index("Path and durations") < titles.index("Output")
    given = page.get_by_role("region", name="Input", exact=True)
    expect(given.get_by_role("row", name=re.compile(r"\$\.seconds"))).to_contain_text('"bad"')
    expect(page.locator("#parting")).to_contain_text("Good")
    expect(page.get_by_text("After Check the first run went to Good, the second")).to_be_visible()
    took = page.get_by_role("row", name=re.compile("^Done")).locator("td").last
    expect(took).to_contain_text(re.compile(r"[+±-]\d"))
    assert "hunter2" not in page.content()
    looked_at(page, "compare")
    link = page.url
    page.goto("/")
    page.goto(link)
    expect(page.locator("#parting")).to_be_visible()


def test_a_question_rings_and_is_answered_where_one_is(site: LiveSite, page: Page, tmp_path: Path):
    form = published(site, tmp_path, "Asks somebody", QUESTION)
    other = page.context.new_page()
    other.goto("/collections/")
    bell = other.locator("[data-inbox]")
    expect(bell).to_have_attribute("title", re.compile("wait"))
    before = int(other.locator("[data-inbox-count]").text_content() or 0)
    run = started(page, form)
    expect(page.get_by_role("heading", name="Publish it?")).to_be_visible(timeout=10_000)
    expect(other.locator("[data-inbox-count]")).to_have_text(str(before + 1), timeout=2_000)
    bell.click()
    card = other.locator("article", has_text="Asks somebody").first
    expect(card).to_contain_text("asked for admin")
    card.get_by_text("What the run has found so far").click()
    expect(card.locator("pre")).to_contain_text('"quality": 0.93')
    looked_at(other, "inbox")
    assert (card.get_by_role("link", name="Look at the run").get_attribute("href") or "").startswith(
        run.removeprefix(site.url)
    )
    page.get_by_role("radio", name="Yes").check()
    page.get_by_role("button", name="Answer").click()
    status(page, "Succeeded")
    assert page.url.startswith(run)
    expect(other.locator("[data-inbox-list]")).not_to_contain_text(run.split("/")[-2], timeout=3_000)


def test_a_consent_that_was_taken_back_is_given_again_in_place(site: LiveSite, page: Page, tmp_path: Path):
    (tmp_path / "files").mkdir()
    id = site.manage(
        "add_collection", "Beamline archive", str(tmp_path / "files"), "--owner", "admin"
    ).split()[-1]
    state = {
        "Type": "Action",
        "ActionUrl": "https://transfer.actions.globus.org/ls",
        "Parameters": {"endpoint_id": id, "path": "/"},
        "ResultPath": "$.found",
    }
    form = published(
        site, tmp_path, "Looks into the archive", chain({"Look": state, "Done": {"Type": "Pass"}})
    )
    page.goto("/consents/")
    page.get_by_role("button", name="Take back Beamline archive").click()
    looked_at(page, "consents")
    started(page, form)
    expect(
        page.get_by_role("heading", name="Needs you: allow access to collection Beamline archive")
    ).to_be_visible(timeout=10_000)
    page.goto(f"{page.url}?state=Look")
    status(page, "Needs you")
    looked_at(page, "consent")
    page.get_by_role("button", name="Allow and go on").click()
    status(page, "Succeeded")
    assert page.url.endswith("?state=Look")
    log = [entry["code"] for entry in page.request.get(f"{page.url.split('?')[0]}log?format=json").json()]
    assert log.index("FlowInactive") < log.index("FlowResumed") < log.index("ActionCompleted")


def test_a_run_goes_along_as_a_bundle_and_opens_to_be_read(page: Page, flow: str, tmp_path: Path):
    started(page, flow, Seconds="0", PIN="hunter2-pin")
    status(page, "Succeeded")
    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name="Bundle").click()
    sum = page.locator(".checksum").first.inner_text()
    looked_at(page, "bundle")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the bundle").click()
    file = tmp_path / "run.zip"
    download.value.save_as(file)
    page.goto("/runs/")
    page.get_by_role("link", name="Open a bundle").click()
    page.get_by_label("Zip file of the bundle").set_input_files(file)
    page.get_by_role("button", name="Open it").click()
    page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{36}/$"))
    notice = page.get_by_label("Read-only")
    expect(notice).to_contain_text("opened from a bundle")
    expect(notice).to_contain_text(sum)
    status(page, "Succeeded")
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    assert "hunter2" not in page.content() and input_of(page) == {"seconds": "0"}
    looked_at(page, "bundle-opened")
    page.goto("/runs/bundles/")
    looked_at(page, "bundles")
    page.get_by_label("Zip file of the bundle").set_input_files(
        {"name": "x.zip", "mimeType": "", "buffer": b"x"}
    )
    page.get_by_role("button", name="Open it").click()
    expect(page.get_by_role("alert")).to_contain_text("no zip file")


def test_a_report_is_copied_and_the_end_is_told(page: Page, flow: str):
    page.context.grant_permissions(["clipboard-read", "clipboard-write", "notifications"])
    page.add_init_script("""window.told = [];
      window.Notification = class extends EventTarget {
        static permission = "granted";
        static requestPermission = async () => "granted";
        constructor(title, options) { super(); window.told.push([title, options.body]); }
      };""")
    started(page, flow, Seconds="4")
    page.get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Notify me here when it ends").click()
    page.get_by_role("link", name="Copy a report").click()
    expect(page.get_by_text("The report is copied, as Markdown.")).to_be_visible()
    assert "# Seven steps" in page.evaluate("navigator.clipboard.readText()")
    status(page, "Succeeded")
    page.wait_for_function("window.told.length === 1")
    assert "Succeeded after" in page.evaluate("window.told[0][1]")
