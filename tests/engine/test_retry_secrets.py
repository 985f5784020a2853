"""A retried run has the private parameters that its log does not show."""

from __future__ import annotations

import json

import pytest

from runs import engine
from runs.models import Run
from runs.retries import retrying
from tests.engine.conftest import action, start
from tests.people import person

pytestmark = pytest.mark.django_db
LOGIN = {
    "Type": "ExpressionEval",
    "Parameters": {
        "token.=": "'t-' + _private.key",
        "user": "ada",
        "pins": [{"pin.=": "'p-' + _private.key", "__Private_Parameters": ["pin"]}],
        "__Private_Parameters": ["token"],
    },
    "ResultPath": "$.login",
}
USE = action(Parameters={"token.$": "$.login.token", "__Private_Parameters": ["token"]}, ResultPath="$.one")
BREAK = action(Parameters={}, ResultPath="$.two")


@pytest.mark.parametrize("state", ["B", "C"])
def test_private_parameters_of_computed_data_outlive_the_run(ledger, state):
    ledger.answers += ["SUCCEEDED", "FAILED"]
    run = start(LOGIN, USE, BREAK, input={"_private": {"key": "s3cr3t"}})
    engine.work(run.pk)
    run = Run.objects.get(pk=run.pk)
    again = retrying.retry(run, person("alice"), state=state)
    engine.work(again.pk)
    login = json.loads(Run.objects.get(pk=again.pk).data)["login"]
    assert login == {"token": "t-s3cr3t", "user": "ada", "pins": [{"pin": "p-s3cr3t"}]}
    logged = [event.details for each in (run, again) for event in each.events.all()]
    assert "********" in "".join(logged)
    assert "s3cr3t" not in "".join(logged)
    assert "s3cr3t" not in json.dumps(retrying.preview(run, person("alice"), state, run.version))
