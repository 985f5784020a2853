"""Real flows and schemas of other people: nothing that could run is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flowlang.check import check, check_text
from flowlang.diagram import to_dot

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of real flows is not here")
FLOWS = sorted((CORPUS / "flows").glob("*/definition.json"))
ACCEPTED = "official definition schema (globus/flows-ide): accepts"

# Accepted by the official schema, which does not look at these things, and not able to run as they stand.
CANNOT_RUN = {
    "connect-server--automate-mdf-flow-def": {"action-target-missing"},
    "connect-server--automate-minimus-mdf-flow--v1": {"action-target-missing"},
    "gladier--tests-test-client-flow-generation--3": {"action-target-missing", "state-input-missing"},
    "gladier--tests-test-client-flow-generation--4": {"action-target-missing", "state-input-missing"},
    "gladier--tests-test-flow-traversal--5": {"next-unknown"},
    "gladier-kanzus--tools-transfer-prime--v3": {"start-unknown"},
    "globus-registered-api--docs-tutorial-use-a-registered-api": {"id-syntax"},
    "unknown-LSST-DESC-demo--2": {"choice-unknown"},
    # A result is stored under an index, which our engine does not do.
    "aps-smart-flows--aps-smart-flows-tools-produce-event": {"result-path-index"},
    "aps-smart-flows--aps-smart-flows-tools-produce-event--v6": {"result-path-index"},
    "aps-smart-flows--aps-smart-flows-tools-produce-event--v8": {"result-path-index"},
}


def errors(path: Path) -> set[str]:
    schema = path.with_name("input_schema.json")
    checked = check_text(path.read_text(), schema.read_text() if schema.exists() else None)
    return {problem.code for problem in checked.problems if problem.severity == "error"}


def is_accepted(path: Path) -> bool:
    return ACCEPTED in path.with_name("SOURCE.txt").read_text()


def test_flows_that_could_run_have_no_errors() -> None:
    found = {path.parent.name: errors(path) for path in FLOWS if is_accepted(path)}
    assert {name: codes for name, codes in found.items() if codes} == CANNOT_RUN


def test_flows_that_globus_refuses_have_errors() -> None:
    assert [path.parent.name for path in FLOWS if not is_accepted(path) and not errors(path)] == []


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
