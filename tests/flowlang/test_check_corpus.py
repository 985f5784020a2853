"""Real flows and schemas of other people: nothing that could run is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flowlang.check import check, check_text
from flowlang.diagram import to_dot
from flowlang.problems import Problem

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of real flows is not here")
FLOWS = sorted((CORPUS / "flows").glob("*/definition.json"))
ACCEPTED = "official definition schema (globus/flows-ide): accepts"

# Every definition that is not named here is right: the official schema accepts it, and it has no error.
# "rejected": by that schema. "cannot run": accepted by it, which does not look at references.
VERDICTS: dict[str, Any] = json.loads(Path(__file__).with_name("corpus_verdicts.json").read_text())


def problems(path: Path) -> list[Problem]:
    schema = path.with_name("input_schema.json")
    return check_text(path.read_text(), schema.read_text() if schema.exists() else None).problems


def errors(path: Path) -> list[str]:
    found = [problem for problem in problems(path) if problem.severity == "error"]
    return [f"{problem.code} at {' / '.join(map(str, problem.loc))}" for problem in found]


def is_accepted(path: Path) -> bool:
    return ACCEPTED in path.with_name("SOURCE.txt").read_text()


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.parent.name)
def test_each_flow_has_its_verdict(path: Path) -> None:
    verdict = VERDICTS.get(path.parent.name, {"verdict": "right", "errors": []})
    assert errors(path) == verdict["errors"]
    assert is_accepted(path) == (verdict["verdict"] != "rejected")
    assert bool(verdict["errors"]) == (verdict["verdict"] != "right")


EXAMPLES = {
    "globus-flows-examples--web-input-examples-admin-signoff": [],
    "globus-flows-examples--web-input-examples-approved-publishing": [],
    "globus-flows-examples--web-input-examples-evaluate-preliminary-results": [],
    "globus-flows-examples--transfer-examples-looping-batched-move": [],
    "globus-flows-examples--transfer-examples-two-hop": [],
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_official_examples_have_no_false_warning(name: str) -> None:
    found = problems(CORPUS / "flows" / name / "definition.json")
    assert [problem.code for problem in found if problem.severity == "warning"] == EXAMPLES[name]


def test_every_verdict_is_about_a_flow_and_has_a_reason() -> None:
    assert VERDICTS.keys() <= {path.parent.name for path in FLOWS}
    assert all(verdict["reason"].endswith(".") for verdict in VERDICTS.values())


def test_every_flow_can_be_drawn() -> None:
    for path in FLOWS:
        definition = json.loads(path.read_text())
        assert to_dot(definition).count('id="state-') == len(definition["States"])


def test_schemas_of_the_draft_07_suite_are_schemas() -> None:
    refused: dict[str, set[str]] = {}
    for path in sorted((CORPUS / "json-schema-draft7").rglob("*.json")):
        for group in json.loads(path.read_text()):
            codes = {p.code for p in _schema_problems(group["schema"]) if p.severity == "error"}
            # A run's input is an object; the suite has schemas for everything.
            codes.discard("schema-root")
            if codes:
                refused.setdefault(path.stem, set()).update(codes)
    # What other documents are needed for, and what cannot be stored.
    assert refused == {
        "bignum": {"json-number-range"},
        "const": {"json-nul"},
        "cross-draft": {"schema-ref-remote"},
        "definitions": {"schema-ref-remote"},
        "enum": {"json-nul"},
        "ref": {"schema-ref-remote"},
        "refRemote": {"schema-ref-remote"},
    }


def _schema_problems(schema: Any) -> list[Any]:
    return check({"StartAt": "A", "States": {"A": {"Type": "Fail"}}}, schema)
