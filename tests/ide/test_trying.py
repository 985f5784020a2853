"""Dry runs, single states and scenarios, as the editor asks for them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ide.models import Scenario
from providers.models import Action
from tests.flowlang.dry_runs import COPYING
from tests.ide.pages import Browser, flow_of
from tests.people import person

pytestmark = pytest.mark.django_db
HELLO = {
    "StartAt": "Greet",
    "States": {
        "Greet": {
            "Type": "Action",
            "ActionUrl": "https://actions.globus.org/hello_world",
            "Parameters": {"echo_string.$": "$.who"},
            "ResultPath": "$.greeting",
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.trouble", "Next": "Sorry"}],
            "End": True,
        },
        "Sorry": {"Type": "Fail", "Error": "Sorry"},
    },
}


def ask(who: str | None, address: str, definition: Any = COPYING, /, status: int = 200, **body: Any) -> Any:
    sent = {"definition": json.dumps(definition), "input_schema": "", "input": '{"size": 5}'} | body
    response = Browser(who).ask(f"/ide/{address}", sent)
    assert response.status_code == status, response.content
    return response.json()


def test_a_dry_run_goes_through_with_examples_and_does_nothing() -> None:
    answer = ask("alice", "dry-run")
    assert (answer["status"], answer["path"]) == ("SUCCEEDED", ["Look", "Copy", "Rest", "Done"])
    assert answer["coverage"] == {"taken": 3, "all": 6}
    assert "3 of 6 transitions exercised" in answer["html"]
    assert not Action.objects.exists()


def test_a_provider_that_is_made_to_fail_lights_up_the_way_of_its_catcher() -> None:
    answer = ask("alice", "dry-run", stand_ins={"Copy": {"kind": "failed", "details": {"code": "Full"}}})
    assert answer["path"] == ["Look", "Copy", "Tell"]
    assert answer["marks"][1] == {"state": 1, "status": "failed", "to": 4}


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"definition": "{"}, 422, "sound JSON"),
        ({"definition": "[]"}, 422, "sound JSON"),
        ({"input": "{"}, 400, "input is not JSON"),
        ({"input": 3}, 400, "JSON text"),
        ({"stand_ins": []}, 200, ""),
        ({"stand_ins": {"Copy": {"kind": "odd"}}}, 400, "odd"),
        ({"stand_ins": ["x"]}, 400, "stand_ins"),
        ({"run": "no id"}, 404, "No Run"),
        ({"draft": "0b6f0e0e-0000-4000-8000-000000000000"}, 404, "no draft"),
    ],
)
def test_what_cannot_be_tried_is_refused_clearly(body: dict[str, Any], status: int, words: str) -> None:
    assert words in json.dumps(ask("alice", "dry-run", status=status, **body))


def test_visitors_try_nothing() -> None:
    for address in ("dry-run", "state", "scenarios", "past-runs"):
        ask(None, address, status=403)


def test_nobody_tries_with_the_flow_of_another() -> None:
    flow = flow_of("alice")
    ask("mallory", "dry-run", status=404, flow=str(flow.pk))
    ask("mallory", "past-runs", status=404, flow=str(flow.pk))


# --- one state


def test_a_state_shows_its_parameters_and_calls_nobody_before_it_is_told_to() -> None:
    answer = ask("alice", "state", HELLO, state="Greet", input='{"who": "Ada"}')
    assert "Ada" in answer["html"]
    assert "for real" in answer["html"]
    assert not Action.objects.exists()


def test_a_state_that_is_called_shows_its_result_where_result_path_puts_it() -> None:
    body = {"state": "Greet", "data": '{"who": "Ada"}', "do": "call", "request": "r1"}
    answer = ask("alice", "state", HELLO, **body)
    assert "$.greeting" in answer["html"]
    assert answer["action"] is None
    assert ask("alice", "state", HELLO, **body)["html"] == answer["html"]
    assert Action.objects.count() == 1  # the same request does not act twice
    assert Action.objects.get().creator.endswith(str(person("alice").pk))


def test_an_action_that_takes_time_is_looked_at_and_stopped() -> None:
    slow = json.loads(json.dumps(HELLO).replace('"echo_string.$": "$.who"', '"sleep_time": 600'))
    began = ask("alice", "state", slow, state="Greet", data="{}", do="call", request="r2")
    assert began["action"]
    looked = ask("alice", "state", slow, state="Greet", data="{}", do="look", action=began["action"])
    assert looked["action"] == began["action"]
    assert "At work" in looked["html"]
    over = ask("alice", "state", slow, state="Greet", data="{}", do="cancel", action=began["action"])
    assert over["action"] is None
    assert "Sorry" in over["html"]


def test_parameters_that_cannot_be_made_say_why() -> None:
    answer = ask("alice", "state", HELLO, state="Greet", data="{}")
    assert "who" in answer["html"]
    assert "Call it now" not in answer["html"]


@pytest.mark.parametrize(
    ("body", "status"),
    [({"state": "Nowhere"}, 400), ({"state": "Greet", "do": "call", "data": '{"who": "x"}'}, 400)],
)
def test_bad_wishes_for_a_state_are_refused(body: dict[str, Any], status: int) -> None:
    ask("alice", "state", HELLO, status, **body)


def test_rights_of_the_flow_are_lent_to_its_administrators_only() -> None:
    as_flow = json.loads(json.dumps(HELLO))
    as_flow["States"]["Greet"]["RunAs"] = "Flow"
    flow = flow_of("alice", flow_viewer="bob")
    body = {"state": "Greet", "data": '{"who": "x"}', "do": "call", "request": "r", "flow": str(flow.pk)}
    ask("bob", "state", as_flow, 403, **body)
    ask("alice", "state", as_flow, 200, **body)
    assert Action.objects.get().creator.endswith(str(flow.pk))


# --- scenarios


def test_a_scenario_is_kept_with_its_flow_and_says_when_it_goes_another_way() -> None:
    flow = flow_of("alice")
    body = {"flow": str(flow.pk), "stand_ins": {"Copy": {"kind": "failed", "details": {}}}}
    kept = ask("alice", "scenarios", name="Copy fails", **body)["scenarios"]
    assert [(one["name"], one["is_kept"]) for one in kept] == [("Copy fails", True)]
    other = json.loads(json.dumps(COPYING))
    del other["States"]["Copy"]["Catch"]
    (now,) = ask("alice", "scenarios", other, flow=str(flow.pk))["scenarios"]
    assert now["words"] == 'After "Copy" came "Tell"; now comes the end: it fails.'
    assert ask("alice", "dry-run", flow=str(flow.pk))["scenarios"][0]["is_kept"]
    assert ask("alice", "scenarios", flow=str(flow.pk), delete=now["id"])["scenarios"] == []


def test_scenarios_of_a_draft_go_along_when_it_is_published_and_failures_are_told() -> None:
    browser = Browser("alice")
    draft = browser.ask("/ide/drafts", {"definition": json.dumps(COPYING)}).json()["id"]
    ask("alice", "scenarios", name="Good", draft=draft)
    sent = {"definition": json.dumps(COPYING), "input_schema": "", "title": "Kept", "draft": draft}
    published = browser.ask("/ide/publish", sent).json()
    told = {"id": str(Scenario.objects.get().pk), "name": "Good", "is_kept": True, "words": ""}
    assert published["scenarios"] == [told]
    other = json.dumps(COPYING).replace('"Seconds": 3600, "Next": "Done"', '"Seconds": 3600, "End": true')
    changed = {"definition": other, "input_schema": "", "flow": published["flow"]}
    again = browser.ask("/ide/publish", changed).json()
    assert [one["is_kept"] for one in again["scenarios"]] == [False]
    assert again["number"] == 2
    other_draft = browser.ask("/ide/drafts", {"definition": json.dumps(COPYING)}).json()["id"]
    ask("alice", "scenarios", name="Good", draft=other_draft)
    sent |= {"flow": published["flow"], "draft": other_draft}
    assert browser.ask("/ide/publish", sent).json()["number"] == 3
    assert browser.get(f"/ide/drafts/{other_draft}").status_code == 200, "it became no flow, so it stays"


def test_scenarios_are_for_administrators_with_names_of_their_own() -> None:
    flow = flow_of("alice", flow_viewer="bob")
    ask("bob", "scenarios", status=403, name="x", flow=str(flow.pk))
    ask("alice", "scenarios", name="x", flow=str(flow.pk))
    assert ask("bob", "dry-run", HELLO, flow=str(flow.pk))["scenarios"] == []
    ask("alice", "scenarios", status=409, name="x", flow=str(flow.pk))
    ask("alice", "scenarios", status=400, name="  ", flow=str(flow.pk))
    ask("alice", "scenarios", status=400, name="without a draft")
    ask("alice", "scenarios", status=404, delete="x", flow=str(flow.pk))
