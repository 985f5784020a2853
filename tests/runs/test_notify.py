"""Whoever asks for it gets a mail when a run ends: once, and only as long as they may see the run."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client

from providers import hints
from runs import engine, following, tasks
from runs.acting_tables import RunFollower
from runs.models import Run, RunRole
from runs.sweeper import Sweeper
from tests.engine.conftest import start
from tests.people import person, urn

pytestmark = pytest.mark.django_db
WAIT = {"Type": "Wait", "Seconds": 3600}
END = {"Type": "Pass", "End": True}


def client(name: str) -> Client:
    made = Client()
    made.force_login(person(name))
    return made


@pytest.fixture
def run() -> Run:
    run = start(WAIT, END, label="night", monitors=[urn("bob")])
    engine.work(run.pk)
    return run


def end(run: Run) -> None:
    engine.cancel(run)
    engine.work(run.pk)


def tell() -> list[bool]:
    return [following.tell(each) for each in following.due()]


def test_a_mail_comes_when_the_run_ends_and_only_one(run):
    for _ in range(2):
        client("bob").post(f"/runs/{run.pk}/follow", {"mail": "on"})
    assert "Send me no mail" in client("bob").get(f"/runs/{run.pk}/").content.decode()
    assert following.due() == []
    end(run)
    assert tell() == [True] and following.due() == []
    assert [message.to for message in mail.outbox] == [["bob@example.org"]]
    assert mail.outbox[0].subject == 'Run "night" of Nightly copy: FAILED'
    assert "was cancelled." in mail.outbox[0].body


def test_the_sweeper_asks_a_worker_for_the_mail(run, monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(hints, "send", lambda task, id, **_: task == following.TASK and asked.append(id))
    client("bob").post(f"/runs/{run.pk}/follow", {"mail": "on"})
    sweeper = Sweeper()
    sweeper.tick()
    assert asked == []
    end(run)
    for _ in range(3):
        sweeper.tick()
    (id,) = asked  # once, though no worker has sent it yet
    monkeypatch.setattr("runs.sweeper._TELL_SECONDS", 0.0)
    sweeper.tick()
    assert asked == [id, id]
    tasks.tell_follower(id)
    assert len(mail.outbox) == 1 and tasks.tell_follower.name == following.TASK


def test_a_wish_can_be_taken_back(run):
    client("bob").post(f"/runs/{run.pk}/follow", {"mail": "on"})
    client("bob").post(f"/runs/{run.pk}/follow", {"mail": "off"})
    end(run)
    assert tell() == [] and mail.outbox == []


def test_whoever_may_not_see_the_run_any_more_gets_none(run):
    client("bob").post(f"/runs/{run.pk}/follow", {"mail": "on"})
    RunRole.objects.all().delete()
    end(run)
    assert tell() == [False] and mail.outbox == []


def test_strangers_cannot_ask(run):
    assert client("mallory").post(f"/runs/{run.pk}/follow", {"mail": "on"}).status_code == 404
    assert not RunFollower.objects.exists()


@pytest.mark.parametrize("email", ["", "a@example.org, b@example.org"])
def test_without_an_address_one_is_told_so(run, email):
    bob = person("bob")
    bob.email = email
    bob.save()
    answer = client("bob").post(f"/runs/{run.pk}/follow", {"mail": "on"}, follow=True)
    assert "has no mail address" in answer.content.decode() and not RunFollower.objects.exists()


def test_a_run_that_is_over_is_not_waited_for(run):
    end(run)
    client("bob").post(f"/runs/{run.pk}/follow", {"mail": "on"})
    assert not RunFollower.objects.exists()
