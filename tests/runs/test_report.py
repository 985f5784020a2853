"""A run as Markdown: what it says, and what it keeps to itself."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from flowlang.events import MASK
from runs import engine
from runs.models import Run
from runs.redaction import MOST_SECRETS, Redaction, redaction_of
from runs.report import lasted, plain, report
from runs.retries import retrying
from tests.engine.conftest import fresh, start
from tests.people import person, urn

FAIL = {"Type": "Fail", "Error": "TooBig", "Cause": "It is | too *big*."}
STEP = {"Type": "Pass", "Result": {"n": 1}, "ResultPath": "$.step"}
END = {"Type": "Pass", "End": True}


def ended(*states, **options) -> Run:
    run = start(*states, **options)
    engine.work(run.pk)
    return fresh(run)


@pytest.mark.django_db
def test_it_says_the_answer_first_then_the_steps_then_the_data():
    text = report(ended(STEP, END, input={"x": 1}, label="night"), "http://here/runs/1/")
    lines = text.splitlines()
    assert lines[0] == "# night" and lines[2].startswith("**Succeeded** after ")
    assert "| Page | <http://here/runs/1/> |" in lines
    assert [line.split("|")[2].strip() for line in lines if line.startswith(("| 1 ", "| 2 "))] == ["A", "B"]
    blocks = text.split("```json\n")[1:]
    assert [json.loads(block.split("```")[0]) for block in blocks] == [{"x": 1}, {"x": 1, "step": {"n": 1}}]


@pytest.mark.django_db
def test_a_failure_is_told_without_breaking_the_page():
    text = report(ended(STEP, FAIL), "http://here/")
    assert r"**Failed** in B after" in text and r"TooBig: It is \| too \*big\*." in text


@pytest.mark.django_db
def test_no_secret_is_in_it():
    run = ended(
        {"Type": "Pass", "Parameters": {"copy.$": "$.pin"}, "ResultPath": "$.again"},
        {"Type": "Fail", "Error": "Bad", "CausePath": "$.pin"} | {"Cause": "see hunter2-secret"},
        input={"pin": "hunter2-secret", "_private_k": "k-private"},
    )
    schema = '{"properties": {"pin": {"type": "string", "format": "password"}}}'
    type(run.version).objects.filter(pk=run.version_id).update(schema_source=schema)
    text = report(Run.objects.get(pk=run.pk), "http://here/")
    assert "hunter2" not in text and "k-private" not in text and "********" in text.replace("\\", "")


@pytest.mark.django_db
def test_whoever_may_see_the_run_gets_the_report():
    run = ended(STEP, END, monitors=[urn("bob")])
    bob = Client()
    bob.force_login(person("bob"))
    answer = bob.get(f"/runs/{run.pk}/report?download=1")
    assert (
        answer["Content-Type"].startswith("text/markdown") and "attachment" in answer["Content-Disposition"]
    )
    mallory = Client()
    mallory.force_login(person("mallory"))
    assert mallory.get(f"/runs/{run.pk}/report").status_code == 404


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.7231, "723 ms"), (6.21, "6.2 s"), (192, "3m 12s"), (7500, "2h 5m"), (-1, "0 ms")],
)
def test_durations_are_told_in_words(seconds, words):
    assert lasted(seconds) == words


def test_texts_of_others_are_plain_in_markdown():
    assert plain("a|b\n<img src=x> [x](y) `c`") == r"a\|b \<img src=x\> \[x\](y) \`c\`"


@pytest.mark.django_db
def test_a_secret_that_a_retry_began_with_is_not_in_it_either():
    run = ended(STEP, FAIL, input={"pin": "first-pin"})
    schema = '{"properties": {"pin": {"type": "string", "format": "password"}}}'
    type(run.version).objects.filter(pk=run.version_id).update(schema_source=schema)
    again = retrying.retry(
        fresh(run), run.owner, state="A", data={"pin": "second-pin", "note": "second-pin!"}
    )
    engine.work(again.pk)
    assert "second-pin" not in report(fresh(again), "http://here/")
    shown = redaction_of(fresh(again)).shown({"a": "it is second-pin"})
    assert shown == {"a": f"it is {'*' * 8}"}


def test_a_secret_is_masked_in_json_texts_too():
    hidden = Redaction(frozenset({'pa"ss\nword', "schlüssel"}))
    text = json.dumps({"cause": 'pa"ss\nword', "key": "schlüssel"})
    assert hidden.text(text) == json.dumps({"cause": "*" * 8, "key": "*" * 8})


def test_a_secret_is_masked_wherever_it_stands():
    hidden = Redaction(frozenset({"4711", "hunter2", "ab"}))
    value = {"x": ["hunter2", "my hunter2!", 4711, "4711", "ab", "cab", True], "hunter2": 1, "token": "t"}
    mask = "*" * 8
    assert hidden.shown(value) == {"x": [mask, f"my {mask}!", mask, mask, mask, "cab", True], mask: 1}


def test_of_very_many_secrets_none_is_looked_for_and_everything_is_masked():
    hidden = Redaction(frozenset(f"secret-{number}" for number in range(MOST_SECRETS + 1)))
    assert (hidden.text("nothing to see"), hidden.text("")) == (MASK, "")
    value = {"a": ["x", 1, None, True, {"b": 1.5}]}
    assert hidden.shown(value) == {MASK: [MASK, MASK, None, True, {MASK: MASK}]}
    just_as_many = Redaction(frozenset(f"secret-{number}" for number in range(MOST_SECRETS)))
    assert just_as_many.text("not secret-7") == f"not {MASK}"
