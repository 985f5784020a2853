"""The page of a run: time line, diagram, events and detail show one selection, now and as it was before."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import keep
from tests.browser.test_again import fits_a_phone
from tests.browser.test_form_corpus import Api
from tests.browser.test_schedules import well_made
from tests.live import LiveSite
from tests.whole.test_demo_flows import FUNCTION, INDEX_ID, VALIDATE, fill

LOOP = {
    "StartAt": "Init",
    "States": {
        "Init": {
            "Type": "ExpressionEval",
            "Parameters": {"i.=": "0"},
            "ResultPath": "$.loop",
            "Next": "Count",
        },
        "Count": {
            "Type": "ExpressionEval",
            "Parameters": {"i.=": "loop.i + 1"},
            "ResultPath": "$.loop",
            "Next": "More",
        },
        "More": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.loop.i", "NumericLessThan": 3, "Next": "Count"}],
            "Default": "Done",
        },
        "Done": {"Type": "Pass", "End": True},
    },
}
STAY = {
    "StartAt": "Stay",
    "States": {
        "Stay": {"Type": "Wait", "SecondsPath": "$.seconds", "Next": "Done"},
        "Done": {"Type": "Pass", "End": True},
    },
}
AWAY = {
    "StartAt": "Call",
    "States": {
        "Call": {
            "Type": "Action",
            "ActionUrl": "https://provider.invalid/x",
            "ActionScope": "none",
            "Parameters": {},
            "WaitTime": 900,
            "End": True,
        }
    },
}


class Runs(Api):
    """Publishes flows and starts runs of them."""

    def publish(self, title: str, definition: dict[str, Any]) -> str:
        return str(
            self.ask("POST", "flows", {"title": title, "definition": definition, "input_schema": {}})["id"]
        )

    def run(self, flow_id: str, body: dict[str, Any], *, is_awaited: bool = True) -> str:
        run_id = str(self.ask("POST", f"flows/{flow_id}/run", {"body": body})["run_id"])
        deadline = time.monotonic() + 60
        while is_awaited and self.ask("GET", f"runs/{run_id}")["status"] == "ACTIVE":
            assert time.monotonic() < deadline, f"Run {run_id} has not ended."
            time.sleep(0.1)
        return run_id


@pytest.fixture(scope="module")
def runs(site: LiveSite) -> Iterator[Runs]:
    runs = Runs(site)
    begun: list[str] = []
    start = runs.run
    runs.run = lambda *words, **how: begun.append(start(*words, **how)) or begun[-1]  # type: ignore[method-assign]
    yield runs
    for run_id in begun:
        if runs.ask("GET", f"runs/{run_id}")["status"] == "ACTIVE":
            runs.ask("POST", f"runs/{run_id}/cancel", {})


def row(page: Page, state: str) -> Locator:
    return page.locator("[data-rows] [role=row]").filter(has=page.get_by_role("button", name=state))


def detail(page: Page) -> Locator:
    return page.locator("[data-detail]")


def test_a_finished_run_is_read_by_keys_and_one_selection_is_in_all_views(runs: Runs, page: Page):
    run_id = runs.run(runs.publish("Loop to read", LOOP), {"note": "x" * 300})
    page.goto(f"/runs/{run_id}/")
    expect(page.locator("[data-answer]")).to_have_text(re.compile(r"^Succeeded after "))
    expect(page).to_have_title(re.compile("^Succeeded: Loop to read"))
    names = page.locator("[data-pick]")
    expect(names).to_have_text(["Init", "Count×3", "More×3", "Done"])
    names.first.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(detail(page)).to_contain_text("Visit 2 of 3")
    expect(page.locator(".tl__row.is-selected .tl__lane").last).to_contain_text("succeeded, ")
    page.get_by_role("tab", name="Change").click()
    expect(page.locator(".change__place")).to_have_count(1)
    expect(page.locator(".change__place")).to_contain_text(
        re.compile(r"Changed\s*\$\.loop\.i.*1.*2", re.DOTALL)
    )
    page.get_by_text("Unchanged: 1 place, 302 bytes").click()
    expect(page.locator(".change__same")).to_have_text("$.note, 302 bytes")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy path").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "$.loop.i"
    assert re.search(r"\?state=Count&event=\d+&tab=change$", page.url), page.url
    expect(page.locator(".event.is-selected")).to_have_count(6)
    keep(page, "run-timeline")
    well_made(page)
    page.get_by_role("tab", name="Diagram").click()
    expect(page.locator("#state-1")).to_have_class(re.compile("selected"))
    expect(page.locator("#state-1 .count__times")).to_have_text("×3")
    expect(page.locator("#edge-2-1-choice .count__times")).to_have_text("×2")
    expect(page.locator("#edge-3-end")).to_have_class(re.compile("taken"))
    keep(page, "run-diagram")
    page.get_by_role("tab", name="Events").click()
    page.locator(".event__summary").filter(has_text="Done – PassStarted").click()
    expect(page.locator("[data-detail-name]")).to_have_text("Done")
    page.reload()
    expect(page.locator("[data-detail-name]")).to_have_text("Done")
    expect(page.get_by_role("tab", name="Events")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    page.locator("#detail-title").focus()
    page.keyboard.press("Escape")
    expect(detail(page)).to_be_hidden()


def test_dragging_through_time_takes_diagram_and_data_along(runs: Runs, page: Page):
    run_id = runs.run(runs.publish("Loop to replay", LOOP), {})
    page.goto(f"/runs/{run_id}/?view=diagram&tab=output")
    slider = page.get_by_role("slider", name="Moment")
    slider.focus()
    page.keyboard.press("Home")
    expect(page.locator("#state-0")).not_to_have_class(re.compile("status--"))
    page.keyboard.press("ArrowRight")
    expect(page.locator("#state-0")).to_have_class(re.compile("status--running"))
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#state-0")).to_have_class(re.compile("status--succeeded"))
    expect(page.locator("#state-1")).to_have_class(re.compile("status--succeeded"))
    expect(page.locator("#state-2")).not_to_have_class(re.compile("status--"))
    expect(detail(page)).to_contain_text("As it was at event 5.")
    expect(page.locator("#detail-output")).to_contain_text(re.compile(r'"i": 1'))
    assert "&at=5" in page.url
    keep(page, "run-scrubber")
    page.reload()
    expect(page.get_by_role("slider")).to_have_value("5")
    expect(page.locator("#state-1")).to_have_class(re.compile("selected"))
    expect(page.locator("#detail-output")).to_contain_text(re.compile(r'"i": 1'))
    page.get_by_role("button", name="Now").click()
    expect(page.locator("#state-3")).to_have_class(re.compile("status--succeeded"))
    assert "at=" not in page.url


def test_the_detail_covers_a_phone_and_gives_the_page_back(runs: Runs, page: Page):
    run_id = runs.run(runs.publish("Loop in a pocket", LOOP), {})
    page.goto(f"/runs/{run_id}/")
    fits_a_phone(page)
    page.set_viewport_size({"width": 320, "height": 700})
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#detail-title")).to_be_focused()
    assert page.evaluate("document.elementFromPoint(160, 300).closest('[data-detail]') !== null")
    keep(page, "run-320px")
    well_made(page)
    page.keyboard.press("Escape")
    expect(detail(page)).to_be_hidden()
    expect(page.locator("[data-pick][tabindex='0']")).to_be_focused()


def test_a_live_run_says_what_is_usual_and_which_state_is_late(runs: Runs, page: Page):
    flow_id = runs.publish("Stays a while", STAY)
    for _ in range(5):
        runs.run(flow_id, {"seconds": 0})
    run_id = runs.run(flow_id, {"seconds": 3000}, is_awaited=False)
    page.goto(f"/runs/{run_id}/?state=Stay")
    expect(page.locator("[data-usual]")).to_contain_text("this one takes longer")
    expect(row(page, "Stay")).to_have_class(re.compile("is-late"))
    expect(row(page, "Stay").get_by_role("cell").first).to_contain_text("longer than usual")
    expect(detail(page)).to_contain_text("It takes longer than it does in nine runs of ten.")
    expect(detail(page)).to_contain_text("Waits for a set time: goes on at")
    keep(page, "run-late")
    page.get_by_label("Change label and tags").click()
    page.get_by_role("textbox", name="Label").fill("S-113")
    page.get_by_role("textbox", name="Tags").fill("night, beam 7")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("S-113")
    expect(page.locator("[data-tags] .badge")).to_have_text(["night", "beam 7"])


def test_a_state_whose_provider_is_away_says_why_it_waits(runs: Runs, page: Page):
    run_id = runs.run(runs.publish("Calls in vain", AWAY), {}, is_awaited=False)
    page.goto(f"/runs/{run_id}/")
    row(page, "Call").get_by_role("button").click()
    why = page.locator(".detail__why")
    expect(why).to_have_text(
        re.compile(r"^Retrying: .*, [23](nd|rd) time, gives up at \d\d:\d\d:\d\d\.$"), timeout=10_000
    )
    expect(page.locator(".detail__waiting")).to_contain_text("Yes, once the cause is gone")
    expect(page.locator("[data-status] .status")).to_contain_text("Waiting")
    page.get_by_role("tab", name="Attempts").click()
    expect(page.locator(".detail__attempts")).to_contain_text("No answer, 1st try")
    keep(page, "run-waiting")


# Newest first, as on the client's picture.
SLIDE = [
    "FlowSucceeded",
    "SuccessReportValidation – PassCompleted",
    "SuccessReportValidation – PassStarted",
    "SearchIngest – ActionCompleted (T)",
    "SearchIngest – ActionStarted",
    "EvaluateValidationResult – ChoiceCompleted",
    "EvaluateValidationResult – ChoiceStarted",
    "RunValidation – ActionCompleted (T)",
    "RunValidation – ActionStarted",
    "CopySourceToIntermediate – ActionCompleted (T)",
    "CopySourceToIntermediate – ActionStarted",
    "MakeIntermediate – ActionCompleted (T)",
    "MakeIntermediate – ActionStarted",
    "ComputeIntermediatePath – ActionCompleted (T)",
    "ComputeIntermediatePath – ExpressionEvalStarted",
]


@pytest.mark.skipif(not VALIDATE.exists(), reason="the corpus of real flows is not beside the project")
def test_the_clients_flow_shows_the_entries_of_the_clients_picture(
    site: LiveSite, runs: Runs, page: Page, tmp_path: Path
):
    ids = {}
    for name in ("source", "intermediate"):
        (tmp_path / name).mkdir(mode=0o755)
        ids[name] = site.manage("add_collection", name, str(tmp_path / name), "--owner", "admin")
    fill(tmp_path / "source", with_manifest=True)
    (tmp_path / "validation.py").write_text(FUNCTION)
    function = site.manage("register_function", f"{tmp_path / 'validation.py'}:validate", "--owner", "admin")
    site.manage("add_index", "Demo of the picture", "--id", INDEX_ID, "--owner", "admin")
    endpoint = site.manage(
        "shell",
        "--no-imports",
        "-c",
        "from providers.compute.models import Endpoint; print(Endpoint.objects.get(name='local').pk)",
    )
    body = {
        "source": {"id": ids["source"], "path": "/dataset/"},
        "intermediate": {"id": ids["intermediate"]},
        "compute": {"gcs_root": str(tmp_path / "intermediate"), "endpoint_id": endpoint},
        "validation_function_uuid": function,
    }
    flow_id = runs.publish("validate_in_place", json.loads((VALIDATE / "definition.json").read_text()))
    page.goto(f"/runs/{runs.run(flow_id, body)}/?view=events")
    expect(page.locator(".event__title").first).to_have_text(re.compile("FlowSucceeded"))
    shown = [
        re.sub(r"\([^)]*s(econds?)?\)", "(T)", title.strip())
        for title in page.locator(".event__title").all_inner_texts()
    ]
    assert [re.sub(r"(Eval|Choice|Pass)(\w+) \(T\)", r"\1\2", title) for title in shown[:15]] == SLIDE
    expect(page.get_by_text("Download 20 log entries")).to_be_visible()
    page.get_by_role("tab", name="Timeline").click()
    row(page, "RunValidation").get_by_role("button").click()
    page.get_by_role("tab", name="Summary").click()
    expect(page.locator(".detail__links")).to_contain_text("Function: validate")
    keep(page, "run-validate-in-place")
