"""Finding flows and runs by name, from every page."""

from __future__ import annotations

from typing import Any

import pytest

from library.models import FlowVersion
from runs import engine
from tests.ide.pages import Browser, flow_of
from tests.people import person

pytestmark = pytest.mark.django_db


def titles(name: str | None, words: str) -> list[str]:
    response: Any = Browser(name).get("/find", q=words)
    assert response.status_code == 200
    return [place["title"] for place in response.json()["places"]]


def test_a_flow_is_found_with_what_one_may_do_with_it() -> None:
    flow_of("alice", flow_viewer="bob")
    assert titles("alice", "nightly") == ["Nightly copy", "Start Nightly copy", "Edit Nightly copy"]
    assert titles("bob", "nightly") == ["Nightly copy", "Edit Nightly copy"]


def test_who_may_not_see_a_flow_or_run_finds_none() -> None:
    flow = flow_of("alice")
    engine.start(FlowVersion.objects.get(flow=flow), person("alice"), {}, label="Nightly of June")
    assert titles("alice", "of june") == ["Nightly of June"]
    for name in ("mallory", None):
        assert titles(name, "nightly") == []


@pytest.mark.parametrize("words", ["", "  ", "%", '"*', "x" * 5_000, "\x00"])
def test_odd_words_find_nothing_and_break_nothing(words: str) -> None:
    flow_of("alice")
    assert titles("alice", words) == []
