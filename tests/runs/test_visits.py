"""A run's visits: what its events amount to, state by state, from the table and as JSON."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from flowlang.events import Event
from runs import engine, journal
from runs.models import Run
from runs.timeline import visits, visits_kept
from runs.timeline.visits import Step, fold
from tests.engine.conftest import start
from tests.people import person, urn

STEPS_OF = visits.steps_of
PASS = {"Type": "Pass", "End": True}
WAIT = {"Type": "Wait", "Seconds": 600, "End": True}
FAIL = {"Type": "Fail", "Error": "Bad", "Cause": "no manifest"}


def steps(*said: tuple[str, int]) -> list[Step]:
    """Steps of the one state A: (code, time)."""
    return [
        Step(seq, at, code.removesuffix("?"), "A", "Action", is_miss=code.endswith("?"))
        for seq, (code, at) in enumerate((("FlowStarted", 0), *said), 1)
    ]


def told(*said: tuple[str, int]) -> list[tuple]:
    return [(v.first, v.last, v.entered, v.ended, v.status) for v in fold(steps(*said)).visits]


def test_a_visit_lasts_from_its_start_to_its_end():
    assert told(("ActionStarted", 5), ("ActionCompleted", 9)) == [(2, 3, 5, 9, "succeeded")]
    assert told(("ActionStarted", 5), ("ActionFailed", 9), ("FlowFailed", 9)) == [(2, 3, 5, 9, "failed")]
    assert told(("ActionStarted", 5), ("FlowCanceled", 9)) == [(2, 3, 5, 9, "cancelled")]
    assert told(("ActionStarted", 5)) == [(2, 2, 5, None, "running")]


def test_a_wait_waits_and_a_question_needs_somebody():
    assert told(("WaitStarted", 5))[0][-1] == "waiting"
    assert told(("AwaitWebInputStarted", 5))[0][-1] == "needs-you"


def test_a_state_that_a_catcher_left_without_a_word_has_failed():
    found = told(("PassStarted", 1), ("PassStarted", 2), ("PassCompleted", 3))
    assert found == [(2, 2, 1, 2, "failed"), (3, 4, 2, 3, "succeeded")]


def test_progress_misses_and_pauses_are_told_apart():
    said = [("ActionStarted", 1), ("ActionPolled?", 2), ("ActionPolled", 3), ("FlowInactive", 4)]
    visit = fold(steps(*said)).visits[0]
    assert (visit.polls, visit.ticks, visit.misses, visit.notches) == (1, (3,), 1, (2,))
    assert visit.pauses == ((4, None),)
    assert visit.status == "needs-you"
    visit = fold(steps(*said, ("FlowResumed", 7))).visits[0]
    assert (visit.pauses, visit.status) == (((4, 7),), "running")
    assert fold(steps(*said[:2])).visits[0].status == "waiting"


def test_ticks_are_thinned_out():
    said = [("ActionPolled", at) for at in range(1000)]
    visit = fold(steps(("ActionStarted", 0), *said)).visits[0]
    assert visit.polls == 1000
    assert len(visit.ticks) <= visits.MOST_TICKS and visit.ticks[0] == 0


def test_a_log_may_be_folded_in_pieces():
    said = [("ActionStarted", 1), ("ActionPolled", 2), ("FlowInactive", 3), ("FlowResumed", 5)]
    whole = steps(
        *said, ("ActionCompleted", 6), ("PassStarted", 7), ("PassCompleted", 8), ("FlowSucceeded", 9)
    )
    for place in range(len(whole) + 1):
        first = fold(whole[:place])
        assert fold(whole[place:], onto=first) == fold(whole)
        assert first == fold(whole[:place]), "what was known has stayed as it was"


def test_a_step_is_read_from_the_description_alone():
    said = visits.step(1, 0, "PassStarted", "State Up of type A of type Pass started")
    assert (said.state, said.type) == ("Up of type A", "Pass")
    assert visits.step(1, 0, "ActionPolled", "State A of type Action waits for its provider").is_miss
    assert not visits.step(1, 0, "ActionPolled", "State A of type Action made progress").is_miss


@pytest.mark.django_db(transaction=True)
class TestOfARun:
    """From the table."""

    def run(self, *states: dict, **options) -> Run:
        run = start(*states, **options)
        engine.work(run.pk)
        run.refresh_from_db()
        return run

    def ask(self, run: Run, name: str | None = "alice", query: str = ""):
        client = Client()
        if name:
            client.force_login(person(name))
        return client.get(f"/runs/{run.pk}/visits.json{query}")

    def test_the_visits_are_those_of_the_log(self):
        run = self.run({"Type": "Pass", "Next": "B"}, FAIL)
        sent = self.ask(run).json()
        assert (sent["as_of"], sent["last_seq"], sent["end"]) == (5, 5, "FlowFailed")
        assert sent["states"] == [["A", "Pass", ""], ["B", "Fail", ""]]
        assert [row[:3] + row[5:6] for row in sent["visits"]] == [[0, 2, 3, "succeeded"], [1, 4, 5, "failed"]]
        started = datetime.fromtimestamp(sent["started"] / 1000, UTC)
        assert abs(started - run.started_at) < timedelta(seconds=1)

    def test_an_earlier_moment_is_as_it_was(self):
        run = self.run({"Type": "Pass", "Next": "B"}, FAIL)
        sent = self.ask(run, query="?as_of=2").json()
        assert (sent["as_of"], sent["ended"]) == (2, None)
        assert [row[5] for row in sent["visits"]] == ["running"]

    def test_instants_are_cut_to_milliseconds(self):
        run = self.run(PASS)
        at = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
        instants = [at, at + timedelta(microseconds=999_999), at + timedelta(seconds=1, microseconds=4_000)]
        events = [Event("ActionPolled", "", {})]
        for instant in instants:
            journal.insert(run.pk, run.last_seq + 1, events, instant)
            run.last_seq += 1
        began = at.timestamp() * 1000
        found = [step.at for step in visits.steps_of(run)][-3:]
        assert found == [began, began + 999, began + 1004]

    def test_what_is_kept_of_a_long_log_goes_on_with_what_came_since(self, monkeypatch):
        monkeypatch.setattr(visits_kept, "FEWEST_EVENTS", 1)
        run = self.run(PASS)
        assert visits_kept.summary_of(run) == visits.summary_of(run)
        journal.insert(run.pk, run.last_seq + 1, [Event("FlowFailed", "", {})], run.started_at)
        run.last_seq += 1
        read = []
        monkeypatch.setattr(visits, "steps_of", lambda *asked: read.append(asked[1:]) or STEPS_OF(*asked))
        assert visits_kept.summary_of(run).end == "FlowFailed"
        assert visits_kept.summary_of(run) == visits.fold(STEPS_OF(run))
        assert read == [(run.last_seq,)], "only what came since was read, and once"

    def test_only_so_much_is_kept(self, monkeypatch):
        monkeypatch.setattr(visits_kept, "FEWEST_EVENTS", 1)
        monkeypatch.setattr(visits_kept, "MOST_VISITS", 2)
        runs = [self.run(PASS) for _ in range(3)]
        found = [visits_kept.summary_of(run) for run in (*runs, runs[1])]
        assert all(len(summary.visits) == 1 for summary in found)
        assert found[1] is found[3]
        assert visits_kept.summary_of(runs[0]) is not found[0]

    def test_an_action_names_its_provider(self):
        run = self.run(
            {"Type": "Action", "ActionUrl": "https://transfer.actions.globus.org/transfer", "End": True}
        )
        assert self.ask(run).json()["states"] == [["A", "Action", "transfer"]]

    @pytest.mark.parametrize(
        ("name", "status"), [("alice", 200), ("bob", 200), ("mallory", 404), (None, 404)]
    )
    def test_only_those_with_a_role_see_them(self, name, status):
        run = self.run(WAIT, monitors=[urn("bob")])
        assert self.ask(run, name).status_code == status

    @pytest.mark.parametrize("as_of", ["x", "-1", "1.5", "9" * 20, "²"])
    def test_what_is_no_event_is_refused(self, as_of):
        answer = self.ask(self.run(WAIT), query=f"?as_of={as_of}")
        assert answer.status_code == 400 and "as_of" in answer.content.decode()

    def test_a_run_that_does_not_exist_is_not_found(self):
        run = Run(pk=uuid.uuid4())
        person("alice")
        assert self.ask(run).status_code == 404


@pytest.mark.parametrize(
    ("description", "state", "type"),
    [
        ("State A of type Pass started", "A", "Pass"),
        ("State A of type B of type Pass\n of type Wait is entered", "A of type B of type Pass\n", "Wait"),
        ("State  of type Pass started", "", "Pass"),
        ("State A of type Pass", "", ""),
        ("A of type Pass started", "", ""),
        ("State A of type Pass started!", "", ""),
    ],
)
def test_a_state_is_known_by_the_description_of_its_first_event(description, state, type):
    step = visits.step(1, 0, "PassStarted", description)
    assert (step.state, step.type) == (state, type)


def test_a_forged_description_costs_no_more_than_its_length():
    begun = time.process_time()
    for _ in range(10):
        visits.step(1, 0, "PassStarted", "State " + " of type a b" * 8_000 + "!")
    assert time.process_time() - begun < 1  # it was 20 s
