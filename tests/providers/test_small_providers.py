"""hello_world and expression_eval."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db.models import F

from providers import actions, registry
from providers.models import Action
from providers.provider import ActionError
from tests.providers.conftest import run
from wire.principals import Caller

HELLO = "https://actions.globus.org/hello_world"
EVAL = "https://actions.globus.org/expression_eval"


def test_hello_answers_at_once(alice: Caller) -> None:
    status = run(HELLO, alice, echo_string="hi")
    assert status["status"] == "SUCCEEDED"
    assert status["details"] == {"Hello": "World", "hello": "hi"}


def test_hello_is_done_when_its_time_has_come(alice: Caller) -> None:
    provider = registry.resolve(HELLO)
    status = run(HELLO, alice, echo_string="hi", sleep_time=60)
    assert status["status"] == "ACTIVE"
    assert provider.status(status["action_id"], alice)["status"] == "ACTIVE"
    Action.objects.update(started_at=F("started_at") - timedelta(seconds=61))
    done = provider.status(status["action_id"], alice)
    assert (done["status"], done["details"]) == ("SUCCEEDED", {"Hello": "World", "hello": "hi"})


def test_a_sleeping_hello_can_be_cancelled(alice: Caller) -> None:
    status = run(HELLO, alice, sleep_time=60)
    ended = registry.resolve(HELLO).cancel(status["action_id"], alice)
    assert (ended["status"], ended["display_status"]) == ("FAILED", "CANCELED")


def test_hello_can_ask_for_consent(alice: Caller) -> None:
    status = run(HELLO, alice, required_dependent_scope="some:scope")
    assert status["status"] == "INACTIVE"
    assert status["details"]["code"] == "ConsentRequired"
    assert status["details"]["required_scope"] == "some:scope"


@pytest.mark.parametrize(
    "body", [{"sleep_time": "5"}, {"sleep_time": 10**12}, {"echo": "hi"}, {"echo_string": 1}]
)
def test_wrong_input_is_refused_by_name(alice: Caller, body: dict) -> None:
    with pytest.raises(ActionError, match=r"Field '\$") as caught:
        run(HELLO, alice, **body)
    assert (caught.value.code, caught.value.status) == ("RequestValidationError", 422)
    assert not Action.objects.exists()


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({"expression": "x + 5", "arguments": {"x": 6}}, {"result": 11}),
        (
            {"expression": "x + 5", "arguments": {"x": 6}, "result_path": "$.sum.value"},
            {"sum": {"value": 11}},
        ),
        ({"expression": "[a, a]", "arguments": {"a": "z"}, "result_path": "a.b"}, {"a": {"b": ["z", "z"]}}),
        (
            {
                "expressions": [
                    {"expression": "1"},
                    {"expression": "2"},
                    {"expression": "3", "result_path": "b"},
                ]
            },
            {"result": 2, "b": 3},
        ),
    ],
)
def test_expressions_are_put_at_their_places(alice: Caller, body: dict, details: dict) -> None:
    status = run(EVAL, alice, **body)
    assert (status["status"], status["details"]) == ("SUCCEEDED", details)


@pytest.mark.parametrize(
    "body",
    [
        {"expression": "x +", "arguments": {"x": 6}},
        {"expression": "missing"},
        {"expression": "1 / 0"},
        {"expression": "().__class__.__bases__"},
        {"expression": "1", "result_path": "$["},
        {"expressions": [{"expression": "1", "result_path": "a"}, {"expression": "1", "result_path": "a.b"}]},
    ],
)
def test_a_bad_expression_fails_the_action(alice: Caller, body: dict) -> None:
    status = run(EVAL, alice, **body)
    assert status["status"] == "FAILED"
    assert status["details"]["code"] == "ExpressionError"


def test_random_numbers_differ_from_action_to_action(alice: Caller) -> None:
    drawn = {run(EVAL, alice, expression="rand()")["details"]["result"] for _ in range(3)}
    assert len(drawn) == 3


def test_many_slow_expressions_share_one_budget(alice: Caller) -> None:
    slow = {"expression": "[x for x in many if x > 1]", "arguments": {"many": [1] * 9_000}}
    started = time.process_time()
    status = run(EVAL, alice, expressions=[slow] * 60)
    assert (status["status"], status["details"]["code"]) == ("FAILED", "ExpressionError")
    assert "too many steps" in status["details"]["description"]
    assert time.process_time() - started < 2


def test_hello_goes_on_though_who_heard_of_the_consent_died(alice: Caller) -> None:
    status = run(HELLO, alice, required_dependent_scope="some:scope")
    assert actions.reopen(Action.objects.get())  # and dies
    assert registry.resolve(HELLO).status(status["action_id"], alice)["status"] == "SUCCEEDED"
