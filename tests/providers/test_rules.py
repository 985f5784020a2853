"""Filter rules: the first that matches holds."""

from __future__ import annotations

import pytest

from providers.transfer.rules import is_included

ONLY_JSON = [
    {"method": "include", "name": "*.json", "type": "file"},
    {"method": "exclude", "name": "*"},
]
NO_TMP = [{"method": "exclude", "name": "*.tmp"}]
ALL_BUT_ONE = [
    {"method": "include", "name": "keep.tmp"},
    {"method": "exclude", "name": "*.tmp", "type": "file"},
]


@pytest.mark.parametrize(
    ("rules", "name", "kind", "included"),
    [
        ([], "a.txt", "file", True),
        (ONLY_JSON, "a.json", "file", True),
        (ONLY_JSON, "a.txt", "file", False),
        (ONLY_JSON, "a.json", "dir", False),
        (ONLY_JSON, "inner", "dir", False),
        (NO_TMP, "a.tmp", "file", False),
        (NO_TMP, "a.tmp", "dir", False),
        (NO_TMP, "a.TMP", "file", True),
        (ALL_BUT_ONE, "keep.tmp", "file", True),
        (ALL_BUT_ONE, "other.tmp", "file", False),
        (ALL_BUT_ONE, "other.tmp", "dir", True),
        ([{"name": "x*"}], "xy", "file", False),
        ([{"name": "[ab]?", "method": "exclude", "type": None}], "a1", "dir", False),
        ([{"name": "[!ab]?", "method": "exclude"}], "a1", "dir", True),
        (list(reversed(ONLY_JSON)), "a.json", "file", False),
    ],
)
def test_the_first_matching_rule_holds(rules: list, name: str, kind: str, included: bool) -> None:
    assert is_included(rules, name, kind) is included
