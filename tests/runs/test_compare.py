"""Two runs side by side: which way they went, how long it took, what they were given and came to."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from library.models import FlowVersion
from runs import engine
from runs.compare import aligned, comparison, parting
from runs.compare_page import Line, cell
from runs.models import Run
from runs.timeline.visits import Visit
from tests.engine.conftest import fresh, version_of
from tests.people import person, urn

DEFINITION = {
    "StartAt": "Check",
    "States": {
        "Check": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.ok", "BooleanEquals": True, "Next": "Good"}],
            "Default": "Bad",
        },
        "Good": {"Type": "Pass", "Result": 1, "ResultPath": "$.grade", "Next": "Done"},
        "Bad": {"Type": "Pass", "Result": 5, "ResultPath": "$.grade", "Next": "Done"},
        "Done": {"Type": "Pass", "End": True},
    },
}
SCHEMA = {"properties": {"pin": {"type": "string", "format": "password"}}}


def visits(text: str) -> list[Visit]:
    """Stays in the states named, one second each."""
    return [
        Visit(name, "Pass", 1, 2, at * 1000, at * 1000 + 1000, "succeeded") for at, name in enumerate(text)
    ]


def rows(one: str, other: str) -> list[str]:
    pairs = aligned(visits(one), visits(other))
    return [
        f"{pair.one.state if pair.one else '-'}{pair.other.state if pair.other else '-'}"
        f"{'!' if pair.parts else ''}"
        for pair in pairs
    ]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("abc", "abc", ["aa", "bb", "cc"]),
        ("abd", "acd", ["aa", "b-!", "-c", "dd"]),
        ("ab", "abc", ["aa", "bb", "-c!"]),
        ("ababc", "abc", ["aa", "bb", "a-!", "b-", "cc"]),
        ("", "a", ["-a!"]),
        ("", "", []),
    ],
)
def test_stays_in_the_same_state_stand_beside_each_other(one, other, expected):
    assert rows(one, other) == expected


def test_where_two_runs_part_is_told():
    assert parting(visits("abd"), visits("acd")) == "After a the first run went to b, the second went to c."
    assert parting(visits("ab"), visits("abc")) == "After b the first run ended, the second went to c."
    assert parting(visits("x"), visits("a")) == "At the start the first run went to x, the second went to a."
    assert parting(visits("ab"), visits("ab")) == ""


def test_both_time_lines_have_one_scale():
    short, long = Line.of(visits("ab")), Line.of(visits("abcd"))
    assert (short.length, long.length, Line.of([None]).length) == (2000, 4000, 0)
    second = visits("ab")[1]
    assert [cell(second, line, 4000) for line in (short, long)] == [
        {"visit": second, "took": "1.0 s", "start": 25.0, "share": 25.0}
    ] * 2
    going = Visit("x", "Pass", 1, 1, 0)
    assert cell(going, Line(0, 0), 0) == {"visit": going, "took": "goes on", "start": 0.0, "share": 0.5}
    assert cell(None, short, 4000) is None


def client(name: str) -> Client:
    made = Client()
    made.force_login(person(name))
    return made


@pytest.fixture
def version(db) -> FlowVersion:
    version = version_of(DEFINITION)
    version.schema_source = json.dumps(SCHEMA)
    version.save(update_fields=["schema_source"])
    return version


def run_of(version: FlowVersion, body: dict[str, Any], **options: Any) -> Run:
    run = engine.start(version, options.pop("owner", None) or person("alice"), body, **options)
    engine.work(run.pk)
    return fresh(run)


def page_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_page_shows_what_differs(version):
    one = run_of(version, {"ok": True, "sample": "S-1"}, label="first night")
    other = run_of(version, {"ok": False, "sample": "S-1"})
    answer = client("alice").get(f"/runs/{one.pk}/compare?with={other.pk}")
    page = page_of(answer)
    assert (
        answer.status_code == 200
        and "After Check the first run went to Good, the second went to Bad." in page
    )
    assert "$.ok" in page and "$.sample" not in page and "$.grade" in page
    assert page.count("The runs part here") == 1
    found = comparison(one, other)
    assert [pair.state for pair in found.pairs] == ["Check", "Good", "Bad", "Done"]
    assert found.pairs[0].delta is not None and found.pairs[1].delta is None


def test_secrets_and_private_data_are_not_compared(version):
    one = run_of(version, {"ok": True, "pin": "aaaa-1111", "_private_x": "p1"})
    other = run_of(version, {"ok": True, "pin": "bbbb-2222", "_private_x": "p2"})
    page = page_of(client("alice").get(f"/runs/{one.pk}/compare?with={other.pk}"))
    assert not any(secret in page for secret in ("aaaa-1111", "bbbb-2222", "_private_x", "p1<", "p2<"))
    assert "Both were given the same input." in page and "Both went the same way." in page


def test_both_runs_must_be_ones_that_one_may_see(version):
    mine = run_of(version, {"ok": True}, monitors=[urn("bob")])
    other = run_of(version, {"ok": True})
    assert client("bob").get(f"/runs/{mine.pk}/compare?with={other.pk}").status_code == 404
    assert client("bob").get(f"/runs/{mine.pk}/compare").status_code == 200
    assert str(other.pk) not in page_of(client("bob").get(f"/runs/{mine.pk}/compare"))
    assert client("mallory").get(f"/runs/{mine.pk}/compare?with={mine.pk}").status_code == 404


def test_another_run_is_named_by_its_address_too(version):
    one, other = run_of(version, {"ok": True}), run_of(version, {"ok": True})
    alice = client("alice")
    assert f"?with={other.pk}" in page_of(alice.get(f"/runs/{one.pk}/compare"))
    answer = alice.get(f"/runs/{one.pk}/compare", {"with": f"http://testserver/runs/{other.pk}/?tab=x"})
    assert answer.headers["Location"] == f"/runs/{one.pk}/compare?with={other.pk}"


@pytest.mark.parametrize("asked", ["x", "123", "\0", "{own}", "x" * 5000])
def test_what_is_no_other_run_is_refused(version, asked):
    one = run_of(version, {"ok": True})
    answer = client("alice").get(f"/runs/{one.pk}/compare", {"with": asked.replace("{own}", str(one.pk))})
    assert answer.status_code == 400


def test_a_run_that_goes_on_can_be_compared(version):
    one = run_of(version, {"ok": True})
    going = engine.start(version, person("alice"), {"ok": True})
    page = page_of(client("alice").get(f"/runs/{going.pk}/compare?with={one.pk}"))
    assert "At the start the first run has gone no further yet, the second went to Check." in page
