"""Web inputs over the API: who is asked, who may look, and the answer."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from runs import engine
from runs.models import Run, WebInput
from tests.people import Api, urn

OPTIONS = [{"Value": "yes", "Label": "Yes", "Description": "Go on"}, {"Value": "no", "Label": "No"}]

pytestmark = pytest.mark.django_db


@pytest.fixture
def question() -> dict[str, Any]:
    """A question of Alice's run to Bob, which Carol may see."""
    asked = {
        "InputType": "Selection",
        "Context": {"PresentationStyle": "Text", "Title": "Go on?", "Text": "Look."},
        "Options": OPTIONS,
        "RespondentUrns": [urn("bob")],
        "ViewerUrns": [urn("carol")],
    }
    states = {
        "Ask": {"Type": "CreateWebInput", "Parameters": asked, "ResultPath": "$.ask", "Next": "Wait"},
        "Wait": {
            "Type": "AwaitWebInput",
            "Parameters": {"web_input_id.$": "$.ask.web_input_id"},
            "ResultPath": "$.answer",
            "End": True,
        },
    }
    alice = Api("alice")
    flow = alice.flow(definition={"StartAt": "Ask", "States": states})
    run = alice("POST", f"/flows/{flow['id']}/run", {"body": {}}).json()
    engine.work(uuid.UUID(run["run_id"]))
    shown = alice("GET", f"/runs/{run['run_id']}").json()
    return {"run": shown, "id": shown["blocking_web_input_id"]}


def test_a_question_is_listed_for_those_it_concerns(question):
    for name, roles in (("bob", ["respondent"]), ("carol", ["viewer"])):
        document = Api(name)("GET", "/web_inputs").json()
        assert document.keys() == {"web_input_summaries", "marker"}
        (summary,) = document["web_input_summaries"]
        assert (summary["id"], summary["title"], summary["user_roles"]) == (question["id"], "Go on?", roles)
        assert summary["run"] == {"id": question["run"]["run_id"], "label": None}
        assert summary["flow"]["title"] == "Nightly copy"
    for name in ("alice", "mallory"):  # who started the run has no right of its own to the question
        assert Api(name)("GET", "/web_inputs").json()["web_input_summaries"] == []
        assert Api(name)("GET", f"/web_inputs/{question['id']}").status_code == 404


def test_the_whole_question_says_what_can_be_answered(question):
    document = Api("bob")("GET", f"/web_inputs/{question['id']}").json()
    assert "title" not in document
    assert document["context"] == {"title": "Go on?", "presentation_style": "text", "text": "Look."}
    assert [option["label"] for option in document["options"]] == ["Yes", "No"]
    assert "value" not in document["options"][0]
    consts = [choice["const"] for choice in document["input_schema"]["oneOf"]]
    assert consts == [option["option_id"] for option in document["options"]]
    assert document["roles"] == {"viewer_urns": [urn("carol")], "respondent_urns": [urn("bob")]}


def respond(name: str, question: dict[str, Any], value: Any) -> Any:
    return Api(name)("POST", f"/web_inputs/{question['id']}/respond", {"response": {"value": value}})


def option(number: int) -> str:
    return str(WebInput.objects.get().options[number]["option_id"])


def test_an_answer_lets_the_run_go_on_and_closes_the_question(question):
    answer = respond("bob", question, option(1))
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    engine.work(uuid.UUID(question["run"]["run_id"]))
    assert Run.objects.get().status == Run.SUCCEEDED
    bob = Api("bob")
    assert bob("GET", "/web_inputs").json()["web_input_summaries"] == []
    (closed,) = bob("GET", "/web_inputs", filter_states="closed").json()["web_input_summaries"]
    assert closed["status"] == "closed" and closed["closed_timestamp"]


def test_a_second_answer_comes_too_late(question):
    respond("bob", question, option(0))
    answer = respond("bob", question, option(1))
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "STATE_CONFLICT")


@pytest.mark.parametrize(("name", "status"), [("carol", 403), ("alice", 404), ("mallory", 404)])
def test_only_those_who_are_asked_can_answer(question, name, status):
    assert respond(name, question, option(0)).status_code == status
    assert WebInput.objects.get().answer is None


@pytest.mark.parametrize("value", ["x", "yes", None, 3, ["a"], {}])
def test_an_answer_that_is_no_option_is_refused(question, value):
    answer = respond("bob", question, value)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "UNPROCESSABLE_ENTITY")
    assert "is not a registered option id for this input." in answer.json()["error"]["detail"]


def test_the_filters_of_the_list(question):
    bob = Api("bob")

    def count(**query: Any) -> int:
        return len(bob("GET", "/web_inputs", **query).json()["web_input_summaries"])

    assert count(filter_roles="respondent") == 1 and count(filter_roles="viewer") == 0
    assert count(filter_states="open,closed") == 1 and count(filter_states="closed") == 0
    assert count(filter_flow_ids=question["run"]["flow_id"]) == 1
    assert count(filter_run_ids=str(uuid.uuid4())) == 0
    assert count(orderby="edited_timestamp DESC,created_timestamp ASC") == 1


@pytest.mark.parametrize(
    "query", [{"filter_roles": "boss"}, {"filter_states": "ajar"}, {"filter_run_ids": "x"}, {"orderby": "id"}]
)
def test_a_list_asked_for_wrongly_is_refused(query):
    assert Api("bob")("GET", "/web_inputs", **query).status_code == 400
