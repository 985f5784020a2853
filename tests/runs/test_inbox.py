"""The inbox: what waits for whom, with what they may know of it; its number and its socket."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from runs import engine
from runs.models import Run, WebInput
from tests.engine.conftest import fresh, start
from tests.engine.test_web_inputs import AWAIT, END, answer, ask, asked_run
from tests.people import cookie_of, person, urn
from tests.sockets.conftest import PATIENCE_SECONDS, close_code, in_database, socket

pytestmark = pytest.mark.django_db
HELLO = {
    "Type": "Action",
    "ActionUrl": "https://actions.globus.org/hello_world",
    "Parameters": {"required_dependent_scope": "urn:some:scope"},
    "ResultPath": "$.hello",
    "End": True,
}


def client(name: str) -> Client:
    made = Client()
    made.force_login(person(name))
    return made


def inbox(name: str) -> str:
    return client(name).get("/inbox/").content.decode()


def count(name: str) -> dict[str, Any]:
    return dict(client(name).get("/inbox/count").json())


def asked_after(found: dict[str, Any], **options: Any) -> WebInput:
    run = start({"Type": "Pass", "Parameters": found, "ResultPath": "$.found"}, ask(), AWAIT, END, **options)
    engine.work(run.pk)
    return WebInput.objects.get(run=run)


def test_a_question_comes_with_its_run_for_whoever_may_see_it():
    question = asked_after({"quality": 0.93}, label="night", monitors=[urn("bob")])
    page = inbox("bob")
    assert "Publish?" in page and "Nightly copy, night" in page and "asked for alice" in page
    assert "&quot;quality&quot;: 0.93" in page
    assert f'href="/runs/{question.run_id}/#q-{question.pk}"' in page


def test_values_in_the_table_of_a_question_are_shown_as_json():
    rows = [{"Field": "n", "Value": value} for value in ("text", 0.5, True, None, {"a": "ü"})]
    asked_run(Context={"Title": "Publish?", "Rows": rows})
    shown = re.findall(r"<td>(.*?)</td>", inbox("bob"))
    assert shown == ["text", "0.5", "true", "null", "{&quot;a&quot;: &quot;ü&quot;}"]


def test_whoever_is_only_asked_sees_the_question_alone():
    question = asked_after({"quality": 0.93})
    page = inbox("bob")
    assert "Publish?" in page and "quality" not in page and f"/runs/{question.run_id}/" not in page
    option = question.options[0]["option_id"]
    done = client("bob").post(f"/inbox/{question.pk}/answer", {"option": option})
    assert done.headers["Location"] == "/inbox/"
    engine.work(question.run_id)
    assert fresh(question.run).status == Run.SUCCEEDED


def test_an_answer_leads_back_to_where_it_was_given():
    question = asked_after({}, monitors=[urn("bob")])
    page = f"/runs/{question.run_id}/"
    wrong = {"option": "none of them"}
    from_run = {"referer": f"http://testserver{page}?state=B"}
    answered = client("bob").post(f"/inbox/{question.pk}/answer", wrong, headers=from_run)
    assert answered.headers["Location"] == f"{page}?state=B"
    from_inbox = {"referer": "http://testserver/inbox/?page=1"}
    answered = client("bob").post(f"/inbox/{question.pk}/answer", wrong, headers=from_inbox)
    assert answered.headers["Location"] == "/inbox/"


def test_secrets_are_not_part_of_what_was_found():
    asked_after({"copy.$": "$.pin", "note": "it is 4711-x"}, input={"pin": "x"}, monitors=[urn("bob")])
    run = Run.objects.get()
    schema = '{"properties": {"pin": {"type": "string", "writeOnly": true}}}'
    type(run.version).objects.filter(pk=run.version_id).update(schema_source=schema)
    Run.objects.filter(pk=run.pk).update(
        input='{"pin": "4711"}', data='{"found": {"copy": "4711", "note": "it is 4711-x"}, "_private_a": 1}'
    )
    page = inbox("bob")
    assert "4711" not in page and "_private_a" not in page and "it is ********-x" in page


def test_the_number_counts_questions_and_runs_that_need_their_owner():
    assert count("bob") == {"count": 0, "newest": None}
    _, question = asked_run()
    assert count("bob")["count"] == 1 and count("alice")["count"] == 0
    assert count("bob")["newest"] == {"id": str(question.pk), "title": "Publish?", "flow": "Nightly copy"}
    answer(question)
    assert count("bob")["count"] == 0
    run = start(HELLO)
    engine.work(run.pk)
    assert count("alice")["newest"]["id"] == str(run.pk)
    _, other = asked_run(RespondentUrns=[urn("alice")])
    assert count("alice")["count"] == 2 and count("alice")["newest"]["id"] == str(other.pk)
    assert "Needs you: allow urn:some:scope" in inbox("alice")


def test_visitors_have_no_inbox():
    assert Client().get("/inbox/count").status_code == 302


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
async def test_the_socket_tells_of_a_question_and_of_its_answer():
    bell = socket("/ws/inbox/", await in_database(cookie_of, "bob"))
    assert await bell.connect()
    assert (await bell.receive())["count"] == 0
    _, question = await in_database(asked_run)
    assert (await bell.receive())["newest"]["title"] == "Publish?"
    await in_database(answer, question)
    assert (await bell.receive())["count"] == 0
    await bell.disconnect()


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broken", ["sign", "waiting"])
async def test_a_socket_that_can_tell_nothing_more_is_closed_so_that_its_reader_comes_again(
    monkeypatch, broken
):
    cookie = await in_database(cookie_of, "bob")
    monkeypatch.setattr("runs.questions.inbox_socket.LOOK_SECONDS", 0.05)
    with monkeypatch.context() as fault:
        fault.setattr(f"runs.questions.inbox.{broken}", lambda *_: 1 / 0)
        bell = socket("/ws/inbox/", cookie)
        assert await bell.connect()
        while (message := await bell.receive_output(timeout=PATIENCE_SECONDS))["type"] == "websocket.send":
            continue
        assert message["code"] == 1011
        await bell.disconnect()
    bell = socket("/ws/inbox/", cookie)
    assert await bell.connect() and (await bell.receive())["count"] == 0
    await in_database(asked_run)
    assert (await bell.receive())["count"] == 1
    await bell.disconnect()


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
async def test_the_socket_is_closed_to_strangers_and_talkers():
    assert await close_code(socket("/ws/inbox/")) == 4401
    bell = socket("/ws/inbox/", await in_database(cookie_of, "bob"))
    assert await bell.connect() and await bell.receive()
    for _ in range(21):
        await bell.say("x")
    assert await bell.close_code() == 4400
