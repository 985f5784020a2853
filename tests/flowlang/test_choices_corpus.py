"""Operators of Choice against outcomes that others have recorded from the original."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flowlang import choices

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "asl"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of recorded outcomes is not here")
FILES = sorted(CORPUS.glob("*/cases.json")) if CORPUS.is_dir() else []


def rule_of(recorded: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    operator = recorded["operator"]
    return recorded["rule"] if operator.endswith("Path") else {**recorded["rule"], operator: case["Value"]}


def test_operators_agree_with_recorded_outcomes() -> None:
    for file in FILES:
        recorded = json.loads(file.read_text())
        for case in recorded["cases"]:
            holds = choices.compile_rule(rule_of(recorded, case))(case, {})
            assert holds is case["expected"], (recorded["operator"], case)


def test_all_recorded_outcomes_are_looked_at() -> None:
    assert len(FILES) == 15
    assert sum(len(json.loads(file.read_text())["cases"]) for file in FILES) == 146
