"""Trying a flow in the editor: dry runs on the diagram, scenarios, one state; versions and merging."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import keep, paste
from tests.flowlang.dry_runs import COPYING
from tests.live import LiveSite

HELLO: dict[str, Any] = {
    "StartAt": "Who",
    "States": {
        "Who": {"Type": "Pass", "Result": {"who": "Bob"}, "ResultPath": "$.me", "Next": "Greet"},
        "Greet": {
            "Type": "Action",
            "ActionUrl": "https://actions.globus.org/hello_world",
            "Parameters": {"echo_string.$": "$.me.who"},
            "ResultPath": "$.greeting",
            "End": True,
        },
    },
}

RUN_X = """
from library.publish import create_flow, current_version
from wire.models import User
from runs import engine
from providers import hints
admin = User.objects.get(username="admin")
flow = create_flow(admin, "Tried with run X", TEXT, "{}")
with hints.inline():
    run = engine.start(current_version(flow), admin, {"size": 77, "name": "Ada"}, label="X")
    engine.work(run.pk)
print(flow.pk)
"""


def write(page: Page, definition: Any) -> None:
    """Replace the whole text, as by pasting."""
    page.locator(".cm-content").first.click()
    page.keyboard.press("Control+a")
    paste(page, json.dumps(definition, indent=2))
    expect(page.locator("[data-ide]")).to_have_attribute("data-current", "true")


def axe_is_content(page: Page) -> None:
    found = [
        (one["id"], node["target"])
        for one in Axe().run(page).response["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
    assert found == []


def lost(route: Route) -> None:
    """Let a question reach the server, and its answer be lost."""
    route.fetch()
    route.abort()


@pytest.fixture
def editor(page: Page) -> Page:
    """A new draft of the copying flow, with the Test tab open."""
    page.goto("/ide/")
    page.locator(".cm-content").first.wait_for()
    write(page, COPYING)
    expect(page.locator("#state-4")).to_contain_text("Tell")
    page.get_by_role("tab", name="Test").click()
    page.get_by_label("Input", exact=True).fill('{"size": 5}')
    return page


def test_a_dry_run_lights_up_its_path_and_counts_the_transitions(editor: Page):
    editor.get_by_role("button", name="Dry run", exact=True).click()
    expect(editor.get_by_text("3 of 6 transitions exercised")).to_be_visible()
    expect(editor.locator("#state-1")).to_have_class(re.compile("status--succeeded"))
    expect(editor.locator("#state-4")).not_to_have_class(re.compile("status--"))
    keep(editor, "dry-run")
    axe_is_content(editor)


def test_an_action_that_is_made_to_fail_goes_through_its_catcher_and_is_kept_as_a_scenario(editor: Page):
    editor.get_by_role("button", name="Dry run", exact=True).click()
    editor.locator("[data-step='1'] summary").first.click()
    step = editor.get_by_role("group", name="What comes of Copy")
    step.get_by_label("How it ends").select_option("It fails")
    step.get_by_role("button", name="Run with this result").click()
    expect(editor.get_by_text("Action, ActionFailedException → Tell")).to_be_visible()
    expect(editor.locator("#state-4")).to_have_class(re.compile("status--failed"))
    expect(editor.locator(".routes .is-taken").first).to_be_visible()
    editor.get_by_placeholder("Name, such as").fill("Copy fails")
    editor.get_by_role("button", name="Keep this dry run").click()
    expect(editor.get_by_text("Goes as kept")).to_be_visible()
    keep(editor, "dry-run-failed")
    other = json.loads(json.dumps(COPYING))
    del other["States"]["Copy"]["Catch"]
    write(editor, other)
    expect(editor.get_by_text("Goes another way")).to_be_visible()
    expect(editor.get_by_text('After "Copy" came "Tell"')).to_be_visible()


def test_a_dry_run_is_walked_step_by_step(editor: Page):
    editor.get_by_role("button", name="Dry run", exact=True).click()
    editor.get_by_role("button", name="On one step").click()
    expect(editor.locator("[data-step='0']")).to_have_attribute("aria-current", "step")
    expect(editor.locator("#state-1")).not_to_have_class(re.compile("status--"))
    editor.get_by_role("button", name="On one step").click()
    expect(editor.locator("#state-1")).to_have_class(re.compile("status--succeeded"))
    expect(editor.locator("[data-step='1']").get_by_text("$.copy", exact=False).first).to_be_visible()


def test_a_state_shows_its_parameters_and_is_called_after_a_yes(editor: Page):
    write(editor, HELLO)
    editor.get_by_label("State", exact=True).select_option("Greet")
    editor.get_by_label("With the run data of").select_option("what is typed below")
    editor.get_by_label("Run data", exact=True).fill('{"me": {"who": "Ada"}}')
    editor.get_by_role("button", name="Show what it would do").click()
    expect(editor.locator("[data-parameters]")).to_contain_text('"echo_string": "Ada"')
    call = editor.get_by_role("button", name="Call it now")
    expect(call).to_be_disabled()
    axe_is_content(editor)
    editor.get_by_label("I want it to be done").check()
    calls: list[str] = []
    editor.on("request", lambda asked: calls.append((asked.post_data_json or {}).get("request", "")))
    editor.route("**/ide/state", lost, times=1)
    call.click()
    expect(editor.locator("[data-state-error]")).to_contain_text("cannot be reached")
    call.click()
    expect(editor.get_by_text("$.greeting").first).to_be_visible()
    (name,) = {name for name in calls if name}
    assert calls.count(name) == 2, "the same call twice is done once"
    keep(editor, "one-state")


def test_a_state_and_the_flow_are_tried_with_the_data_and_results_of_run_x(site: LiveSite, page: Page):
    text = json.dumps(COPYING, indent=2).replace('"bytes.$": "$.size"', '"echo_string.$": "$.name"')
    code = RUN_X.replace("TEXT", repr(text))
    page.goto(f"/flows/{site.manage('shell', '--no-imports', '-c', code).split()[-1]}/edit")
    page.route("**/ide/past-runs", lambda route: route.abort(), times=1)
    page.locator("#state-1").click(button="right")
    page.get_by_role("menuitem", name="Test this state").click()
    expect(page.get_by_text("Open the tab again")).to_be_visible()
    page.get_by_role("tab", name="Diagram").click()
    page.get_by_role("tab", name="Test").click()
    expect(page.get_by_label("State", exact=True)).to_have_value("Copy")
    data = page.get_by_label("With the run data of")
    expect(data.locator("option", has_text="run X,")).to_be_attached()
    data.select_option(label=data.locator("option", has_text="run X,").inner_text())
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.locator("[data-parameters]")).to_contain_text('"echo_string": "Ada"')
    expect(page.get_by_role("button", name="Call it now")).to_be_disabled()
    page.get_by_label("Input", exact=True).fill('{"size": 5, "name": "Bob"}')
    results = page.get_by_label("Results of providers and people")
    results.select_option(label=results.locator("option", has_text="Run X,").inner_text())
    expect(page.get_by_text("3 of 6 transitions exercised")).to_be_visible()
    page.locator("[data-step='1'] summary").first.click()
    step = page.get_by_role("group", name="What comes of Copy")
    step.get_by_label("How it ends").select_option("It fails")
    step.get_by_role("button", name="Run with this result").click()
    expect(page.get_by_text("2 of 6 transitions exercised")).to_be_visible()
    expect(page.locator(".routes .is-taken").first).to_be_visible()
    expect(page.locator("#state-4")).to_have_class(re.compile("status--failed"))
    keep(page, "tried-with-a-run")
    axe_is_content(page)
