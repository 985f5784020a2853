"""What one writes into the search of runs: how it is read, and what is said where it cannot be."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from runs.finding import grammar
from runs.finding.grammar import Fault, parse

NOW = datetime(2026, 11, 25, 14, 30, tzinfo=UTC)


def read(text: str) -> list[tuple[str, str, str, bool, bool]]:
    return [(each.field, each.path, each.value, each.negated, each.begins) for each in parse(text, NOW)]


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("", []),
        ("  nightly ", [("words", "", "nightly", False, False)]),
        ('"two words"', [("words", "", "two words", False, False)]),
        ("input.sample:S-113", [("input", "sample", "S-113", False, False)]),
        ('input.sample:"S 113"', [("input", "sample", "S 113", False, False)]),
        ('output."a b".c[0].d[*]:x', [("output", "a b.c.d", "x", False, False)]),
        ("input.path:/data/a:b", [("input", "path", "/data/a:b", False, False)]),
        ("label:scan*", [("label", "", "scan", False, True)]),
        ('label:"scan 1"*', [("label", "", "scan 1", False, True)]),
        ('label:"a \\"b\\" \\\\"', [("label", "", 'a "b" \\', False, False)]),
        ("-tag:test -x", [("tag", "", "test", True, False), ("words", "", "x", True, False)]),
        ("-", [("words", "", "-", False, False)]),
        ("Label:x", [("label", "", "x", False, False)]),
        ("3:15", [("words", "", "3:15", False, False)]),
    ],
)
def test_a_search_is_read(text, read_as):
    assert read(text) == read_as


def test_statuses_have_the_names_of_people_and_of_the_api():
    (criterion,) = parse("status:failed,ACTIVE,needs-you,INACTIVE", NOW)
    assert criterion.statuses == ("failed", "running", "needs-you")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("since:7d", datetime(2026, 11, 18, 14, 30, tzinfo=UTC)),
        ("since:90m", datetime(2026, 11, 25, 13, 0, tzinfo=UTC)),
        ("since:2w", datetime(2026, 11, 11, 14, 30, tzinfo=UTC)),
        ("until:today", datetime(2026, 11, 25, tzinfo=UTC)),
        ("until:yesterday", datetime(2026, 11, 24, tzinfo=UTC)),
        ("since:2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("since:2026-03-01T09:30+02:00", datetime(2026, 3, 1, 7, 30, tzinfo=UTC)),
    ],
)
def test_times_are_spans_days_or_instants(text, instant):
    assert parse(text, NOW)[0].instant == instant


@pytest.mark.parametrize(
    ("text", "position", "words", "instead"),
    [
        ('label:"open', 7, "is not closed", 'label:"open"'),
        ("a label:", 9, "A value is missing", ""),
        ("a label: b", 9, "A value is missing", ""),
        ("stauts:failed", 1, 'Did you mean "status"?', "status:failed"),
        ("-lable:x", 2, 'Did you mean "label"?', "-label:x"),
        ("http://x/y", 1, "in quotes", '"http://x/y"'),
        ("a status:faled", 10, '"faled" is not a status', "a status:failed"),
        ("status:qqq", 8, "running, needs-you", ""),
        ("since:soon", 7, '"soon" is not a time', ""),
        ("since:2026-13-01", 7, "is not a time", ""),
        ("input:S-113", 1, "comes a path", ""),
        ("label.x:y", 6, "has no path", ""),
        ('say"so', 4, "inside a word", ""),
        ('"a"b', 4, "A blank is missing", '"a" b'),
        ("input.sample:*", 14, "at least one character", ""),
        ("x " * 21, 41, "at most 20", ""),
        ("x" * 501, 501, "at most 500", ""),
    ],
)
def test_what_cannot_be_read_is_told_with_place_and_remedy(text, position, words, instead):
    with pytest.raises(Fault) as raised:
        parse(text, NOW)
    assert raised.value.position == position
    assert words in raised.value.message
    assert raised.value.instead == instead
    if instead:
        parse(instead, NOW)


def test_what_is_written_is_read_again():
    for value in ("plain", "two words", 'a "b" c', "back\\slash here", "star*", "", "-x:y"):
        text = f"label:{grammar.quoted(value)}"
        if value:
            assert read(text) == [("label", "", value, False, False)]


def test_a_criterion_is_taken_out_and_the_rest_stays_as_it_was_written():
    text = 'a label:"x  y" status:failed b'
    criteria = parse(text, NOW)
    assert grammar.without(text, criteria[2]) == 'a label:"x  y" b'
    assert grammar.without(text, criteria[0], criteria[3]) == 'label:"x  y" status:failed'
