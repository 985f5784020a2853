"""The page on which a run that failed is retried, and how the run pages lead from one to the other."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from library.models import FlowVersion
from runs import engine
from runs.models import Run
from tests.engine.conftest import start, version_of
from tests.people import person, urn

pytestmark = pytest.mark.django_db
FAIL = {"Type": "Fail", "Cause": "It is too big."}
STEP = {"Type": "Pass", "Result": 1, "ResultPath": "$.step"}


def client(name: str) -> Client:
    made = Client()
    made.force_login(person(name))
    return made


@pytest.fixture
def failed() -> Run:
    run = start(STEP, FAIL, input={"x": 1, "_private_key": "s3cr3t"}, label="night", monitors=[urn("carol")])
    engine.work(run.pk)
    return Run.objects.get(pk=run.pk)


def page_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_run_page_offers_a_retry_where_there_is_one(failed):
    link = f'href="/runs/{failed.pk}/retry" data-action="retry">'
    assert link in page_of(client("alice").get(f"/runs/{failed.pk}/"))
    assert f"/runs/{failed.pk}/retry" not in page_of(client("carol").get(f"/runs/{failed.pk}/"))
    going = start(STEP, {"Type": "Pass", "End": True})
    assert 'data-action="retry" hidden' in page_of(client("alice").get(f"/runs/{going.pk}/"))


def test_the_page_shows_what_will_be_done(failed):
    page = page_of(client("alice").get(f"/runs/{failed.pk}/retry?state=B"))
    assert "Retry from B" in page and "s3cr3t" not in page and "Private members are not shown" in page
    assert "&quot;step&quot;: 1" in page
    assert "Retry from A" in page_of(client("alice").get(f"/runs/{failed.pk}/retry"))  # B only reports


def test_a_retry_with_corrected_data_leads_to_the_new_run(failed):
    typed = {"state": "B", "run_data": '{"x": 2}'}
    answer = client("alice").post(f"/runs/{failed.pk}/retry", typed)
    new = Run.objects.get(retry__original=failed)
    assert answer.headers["Location"] == f"/runs/{new.pk}/"
    assert json.loads(new.data) == {"x": 2, "_private_key": "s3cr3t"} and new.state == "B"
    assert f'href="/runs/{failed.pk}/"' in page_of(client("alice").get(f"/runs/{new.pk}/"))
    assert f'href="/runs/{new.pk}/"' in page_of(client("alice").get(f"/runs/{failed.pk}/"))


def test_the_newest_definition_is_offered_with_its_changes(failed):
    definition = failed.version.definition
    definition["States"]["B"] = {"Type": "Pass", "End": True}
    version = FlowVersion.objects.create(
        flow=failed.flow, number=2, source=json.dumps(definition), states=2, created_by=person("alice")
    )
    page = page_of(client("alice").get(f"/runs/{failed.pk}/retry?definition=newest&state=B"))
    assert "B changed" in page and "the newest: version 2" in page
    client("alice").post(f"/runs/{failed.pk}/retry", {"state": "B", "definition": "newest", "run_data": ""})
    new = Run.objects.get(retry__original=failed)
    engine.work(new.pk)
    assert (new.version, Run.objects.get(pk=new.pk).status) == (version, Run.SUCCEEDED)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"run_data": "{"}, "Line 1"),
        ({"run_data": "[1]"}, "The run data are a JSON object"),
        ({"state": "Z"}, "is not a state of version 1"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(failed, typed, message):
    answer = client("alice").post(f"/runs/{failed.pk}/retry", {"state": "B"} | typed)
    assert answer.status_code == 422 and message in page_of(answer)
    if typed.get("run_data"):
        assert f">\n{typed['run_data']}</textarea>" in answer.content.decode()
    assert Run.objects.count() == 1


def test_a_run_that_cannot_be_retried_says_why(failed):
    going = start(STEP, {"Type": "Pass", "End": True})
    answer = client("alice").get(f"/runs/{going.pk}/retry", follow=True)
    assert answer.redirect_chain and "it has not ended" in page_of(answer)
    assert client("carol").get(f"/runs/{failed.pk}/retry").status_code == 403
    assert client("mallory").get(f"/runs/{failed.pk}/retry").status_code == 404


def nine(**body: Any) -> Run:
    """A run through four steps, a choice, and then two states or a failure."""
    states: dict[str, Any] = {
        name: {"Type": "Pass", "Next": after} for name, after in zip("ABCD", "BCDE", strict=True)
    }
    rule = {"Variable": "$.ok", "BooleanEquals": True, "Next": "F"}
    states["E"] = {"Type": "Choice", "Choices": [rule], "Default": "H"}
    states |= {"F": {"Type": "Pass", "Next": "G"}, "G": {"Type": "Pass", "End": True}, "H": FAIL}
    run = engine.start(version_of({"StartAt": "A", "States": states}), person("alice"), body)
    engine.work(run.pk)
    return Run.objects.get(pk=run.pk)


def test_the_plan_says_how_much_is_kept_and_how_much_runs(failed):
    page = page_of(client("alice").get(f"/runs/{failed.pk}/retry?state=B"))
    assert "1 kept, 1 will run" in page


def test_the_plan_knows_what_only_may_run_and_what_earlier_runs_kept():
    run = nine(ok=False)
    page = page_of(client("alice").get(f"/runs/{run.pk}/retry?state=E"))
    assert "4 kept, 1 will run, up to 3 more may" in page
    client("alice").post(f"/runs/{run.pk}/retry", {"state": "E", "run_data": ""})
    again = Run.objects.get(retry__original=run)
    engine.work(again.pk)
    page = page_of(client("alice").get(f"/runs/{again.pk}/retry?state=H"))
    assert "5 kept, 1 will run" in page


def check(run: Run, text: str, name: str = "alice", **more: str) -> Any:
    typed = {"state": "B", "run_data": text} | more
    return client(name).post(f"/runs/{run.pk}/retry/check", typed)


def test_what_is_typed_is_checked_and_compared_while_one_types(failed):
    told = check(failed, '{"x": 2, "step": 1}').json()
    assert told == {"problems": [], "changes": [{"place": "$.x", "old": "1", "new": "2"}]}
    assert check(failed, '{"x": 1, "step": 1}').json() == {"problems": [], "changes": []}
    problem = check(failed, '{"x": }').json()["problems"][0]
    assert 0 < problem["from"] <= problem["to"] <= 7 and problem["message"]
    assert "JSON object" in check(failed, "[1]").json()["problems"][0]["message"]
    assert "is not a state" in check(failed, "{}", state="Z").json()["problems"][0]["message"]


def test_only_those_who_may_retry_are_answered(failed):
    assert check(failed, "{}", "carol").status_code == 403
    assert check(failed, "{}", "mallory").status_code == 404
