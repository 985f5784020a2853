"""What the editor's scripts ask about the place where the cursor is."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from ide import understanding
from ide.drafts import Texts
from library.publish import current_version
from providers import hints
from runs import engine
from runs.models import Run
from tests.ide.pages import Browser, flow_of
from tests.people import person

pytestmark = pytest.mark.django_db

FLOW = """{"StartAt": "Set", "States": {
  "Set": {"Type": "Pass", "Result": {"n": 42, "_private": 1}, "ResultPath": "$.set", "Next": "Use"},
  "Use": {"Type": "ExpressionEval", "Parameters": {"twice.=": "set.n * 2", "n.$": "$.set.n"},
          "ResultPath": "$.used", "Next": "Late"},
  "Late": {"Type": "Pass", "Result": {"k": 1}, "ResultPath": "$.late", "End": true}}}"""


def ask(what: str, marked: str, browser: Browser | None = None, **more: Any) -> Any:
    """Ask about the | of a text. Offsets are UTF-16 units, as browsers count."""
    before, _, after = marked.partition("|")
    position = len(before.encode("utf-16-le")) // 2
    name = more.get("document", "definition")
    texts = {"definition": FLOW, "input_schema": ""} | {name: before + after}
    body = {"ask": what, "position": position, **texts, **more}
    return (browser or Browser(None)).ask("/ide/understand", body)


def answer(what: str, marked: str, browser: Browser | None = None, **more: Any) -> Any:
    response = ask(what, marked, browser, **more)
    assert response.status_code == 200, response.content
    return response.json()["answer"]


def test_paths_are_offered_in_the_browsers_offsets() -> None:
    marked = FLOW.replace('{"StartAt"', '{"Comment": "😀", "StartAt"').replace('"$.set.n"', '"$.s|et.n"')
    found = answer("complete", marked)
    text = marked.replace("|", "").encode("utf-16-le")
    assert text[2 * found["from"] : 2 * found["to"]].decode("utf-16-le") == "$.set.n"
    options = {option["label"]: option for option in found["options"]}
    assert options["$.set.n"]["detail"] == "number"
    assert options["$.late"]["reason"] == 'Written by "Late", which runs only after this state.'


def test_samples_come_from_the_last_run_that_one_may_see() -> None:
    flow = flow_of("alice", FLOW)
    with hints.inline():
        run = engine.start(current_version(flow), person("alice"), {})
        engine.work(run.pk)
    assert Run.objects.filter(flow=flow, status=Run.SUCCEEDED).exists()
    marked = FLOW.replace('"$.set.n"', '"$.s|et.n"')
    mine = answer("complete", marked, Browser("alice"), flow=str(flow.pk))
    facts = {option["label"]: dict(option.get("facts", ())) for option in mine["options"]}
    assert facts["$.set.n"]["Last run"] == "42"
    assert facts["$.set"]["Last run"] == '{"n": 42}', "hidden members are nowhere"
    hovered = answer("hover", FLOW.replace("set.n * 2", "s|et.n * 2"), Browser("alice"), flow=str(flow.pk))
    assert dict(hovered["facts"])["The whole gave in the last run"] == "84"
    for other in (Browser("mallory"), Browser(None)):
        theirs = answer("complete", marked, other, flow=str(flow.pk))
        assert not any("Last run" in dict(option.get("facts", ())) for option in theirs["options"])


def test_a_states_name_leads_to_the_state() -> None:
    found = answer("define", FLOW.replace('"Next": "Late"', '"Next": "La|te"'))
    assert FLOW[found["from"] : found["to"]] == '"Late"'
    assert found["from"] == FLOW.index('"Late": {')


def test_renaming_answers_what_then_how() -> None:
    marked = FLOW.replace('"Next": "Late"', '"Next": "La|te"')
    assert answer("rename", marked)["uses"] == 1
    edits = answer("rename", marked, to="Last", place="last")["edits"]
    text = FLOW
    for edit in reversed(edits):
        text = text[: edit["from"]] + edit["insert"] + text[edit["to"] :]
    assert text == FLOW.replace('"Late"', '"Last"').replace("$.late", "$.last")
    refused = ask("rename", marked, to="Use")
    assert refused.status_code == 422
    assert refused.json()["error"]["detail"] == 'There is a state "Use" already.'


def test_a_text_with_open_brackets_is_not_renamed_in() -> None:
    response = ask("rename", FLOW[:-2].replace('"Next": "Late"', '"Next": "La|te"'), to="Last")
    assert response.status_code == 422
    assert "Mend the marked places" in response.json()["error"]["detail"]


def test_the_outline_and_the_help_are_answered_for_both_documents() -> None:
    assert [symbol["name"] for symbol in answer("outline", FLOW + "|")] == ["Set", "Use", "Late"]
    schema = '{"type": "object", "properties": {"a": {"ty|pe": "string"}}}'
    assert [symbol["name"] for symbol in answer("outline", schema, document="input_schema")] == ["a"]
    assert answer("docs", schema, document="input_schema")["cards"][0]["title"] == "type"
    cards = answer("docs", FLOW.replace('"ResultPath": "$.used"', '"Resu|ltPath": "$.used"'))["cards"]
    assert [card["title"] for card in cards] == ["ResultPath", "ExpressionEval"]


def test_providers_of_the_site_are_offered_once_each() -> None:
    marked = '{"States": {"A": {"Type": "Action", "ActionUrl": "|"}}}'
    labels = [option["label"] for option in answer("complete", marked)["options"]]
    assert len(labels) == len(set(labels)) > 5
    assert "https://transfer.actions.globus.org/transfer" in labels


@pytest.mark.parametrize(
    "body",
    [
        {"ask": "teleport"},
        {"ask": "complete", "document": "poem"},
        {"ask": "complete", "position": -1},
        {"ask": "complete", "position": "3"},
        {"ask": "complete", "definition": 3},
        {},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(body: dict[str, Any]) -> None:
    assert Browser(None).ask("/ide/understand", body).status_code == 400


HOSTILE = [
    "",
    "{",
    '{"',
    "[" * 300,
    "null",
    '{"States": 3}',
    '{"States": {"A": []}}',
    "\x00",
    '{"a": "\\ud800',
    "😀|",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("what", list(understanding._ASKS))
def test_whatever_is_typed_is_answered(text: str, what: str) -> None:
    for position in (0, len(text), 10_000):
        for name in understanding.DOCUMENTS:
            body = {"ask": what, "document": name, "position": position, name: text, "to": "B"}
            assert Browser(None).ask("/ide/understand", body).status_code in (200, 400, 422)


def test_each_problem_has_a_page_to_show() -> None:
    found = Browser(None).client.get("/ide/problems/next-unknown").json()
    assert found["title"] == "Next names no state."
    assert '"Next": "Don"' in found["wrong"]
    assert Browser(None).client.get("/ide/problems/never-heard").status_code == 404


def test_completion_at_two_hundred_states_takes_less_than_the_eye_notices() -> None:
    text = json.dumps(chain(200), indent=2)
    at = text.index('"$.', text.index('"S100": {')) + 3
    question = understanding.Question(Texts(text, ""), "definition", at)
    taken = []
    for _ in range(5):
        began_at = time.process_time()  # it waits for nothing, so this is all where nothing else goes on
        found = understanding.answer("complete", question)
        taken.append(time.process_time() - began_at)
    assert found["options"]
    assert min(taken) < 0.1, f"{min(taken):.3f} s"


def chain(size: int) -> dict[str, Any]:
    """Return a flow of states that each read what the one before has written."""
    states: dict[str, Any] = {
        f"S{at}": {
            "Type": "ExpressionEval",
            "Parameters": {"count.=": f"r{at - 1}.count + 1", "before.$": f"$.r{at - 1}", "name": "text"},
            "ResultPath": f"$.r{at}",
            "Next": f"S{at + 1}",
        }
        for at in range(1, size)
    }
    states["S0"] = {"Type": "Pass", "Result": {"count": 0}, "ResultPath": "$.r0", "Next": "S1"}
    states[f"S{size}"] = {"Type": "Pass", "End": True}
    return {"StartAt": "S0", "States": states}
