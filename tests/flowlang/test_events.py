"""What may be seen of a run."""

from __future__ import annotations

import copy

import pytest

from flowlang.events import visible

HIDDEN = [
    ({"_private": 1, "a": 2}, {"a": 2}),
    ({"_private_key": {"x": 1}}, {}),
    ({"_privateKey": 1}, {}),
    ({"a": [{"b": {"_private": 1, "c": [{"_tokens": {}}]}}]}, {"a": [{"b": {"c": [{}]}}]}),
    ({"_tokens": {"Admin": "x"}}, {}),
    ([{"_private": 1}], [{}]),
    ({"_private": 2**80, "half": "\ud800"}, {"half": "\ud800"}),
]


@pytest.mark.parametrize(("value", "expected"), HIDDEN, ids=lambda value: str(value)[:30])
def test_private_members_are_left_out_at_any_depth(value: object, expected: object) -> None:
    before = copy.deepcopy(value)
    assert visible(value) == expected
    assert value == before


@pytest.mark.parametrize(
    "value",
    [
        {"private": 1, "_run": 2, "_tokens_left": 3, "a_private": 4},
        "_private",
        ["_tokens"],
        {"a": "_private"},
        None,
    ],
)
def test_everything_else_stays(value: object) -> None:
    assert visible(value) == value


def test_data_without_secrets_is_not_copied() -> None:
    data = {"a": {"b": [1, 2]}}
    assert visible(data) is data
