"""The catalogue of problems: each code has an entry whose examples are what they say; the pages are fresh."""

from __future__ import annotations

import pytest

from flowlang.problems import Problem
from tests.flowlang import codes
from tools import problem_pages
from tools.problem_pages import Entry

ENTRIES = problem_pages.entries()


def told(entry: Entry, example: str) -> set[tuple[str, str]]:
    problems: list[Problem] = entry.check(example).problems
    return {(problem.code, problem.severity) for problem in problems}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
def test_the_wrong_example_has_this_problem_and_no_other(entry: Entry) -> None:
    assert told(entry, entry.wrong) == {(entry.code, entry.severity)}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
def test_the_right_example_has_no_problem(entry: Entry) -> None:
    assert told(entry, entry.right) == set()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
def test_an_entry_explains(entry: Entry) -> None:
    assert entry.title.endswith(".")
    assert len(entry.text.split()) >= 10
    assert entry.text.rstrip().endswith(".")


def test_every_code_that_can_be_reported_has_one_entry() -> None:
    listed = [entry.code for entry in ENTRIES]
    assert len(listed) == len(set(listed))
    assert set(listed) == codes.emitted()


def test_codes_are_found_however_they_are_written() -> None:
    found = codes.emitted()
    plain, flaw, stem, table, function = (
        "flow-endless", "json-colon", "wait-until-several", "catch-unknown", "path-context-object",
    )  # fmt: skip
    assert {plain, flaw, stem, table, function, "json-nul", "json-size", "schema-order-unknown"} <= found
    assert not {"pass-result-missing", "globus-collection", "date-time"} & found


def test_the_pages_are_up_to_date() -> None:
    folder = problem_pages.PAGES
    written = {path.name: path.read_text() for path in folder.glob("*.md")}
    assert written == problem_pages.pages(), "write them anew: make problem-pages"
