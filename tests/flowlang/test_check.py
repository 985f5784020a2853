"""The checker by example: `tests/problems/<case>/` holds a definition and what is said of it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from flowlang.check import check, check_text, error_items, provider_key, warning_items
from flowlang.findings import MAX_FINDINGS
from flowlang.rules import MAX_STATES
from tools import problem_pages

ROOT = Path(__file__).parents[2]
CASES = sorted(path for path in (ROOT / "tests/problems").iterdir() if path.is_dir())
END = {"Type": "Pass", "End": True}
# One broken definition of each class that authors meet, and what must be marked there.
CLASSES = {
    "start-at-names-no-state": ("start-unknown", '"First"'),
    "next-names-no-state": ("next-unknown", '"Don"'),
    "catch-next-names-no-state": ("catch-unknown", '"Oops"'),
    "default-names-no-state": ("default-unknown", '"Nothing"'),
    "state-never-referenced": ("state-unreachable", '"Spare"'),
    "two-states-that-only-reference-each-other": ("state-unreachable", '"Ping"'),
    "state-that-only-references-itself": ("state-unreachable", '"Loop"'),
    "entry-loop-that-never-reaches-an-end": ("flow-endless", '"A"'),
    "neither-next-nor-end": ("exit-missing", '"A"'),
    "next-and-end-together": ("exit-several", '"End"'),
    "end-false-as-only-exit": ("exit-missing", '"A"'),
    "result-path-with-broken-syntax": ("path-syntax", "..b"),
    "result-path-without-dollar": ("path-syntax", "result"),
    "template-with-broken-path": ("path-syntax", "0"),
    "template-that-is-not-a-path": ("path-syntax", "source"),
    "template-that-is-not-a-path-inside-an-array": ("path-syntax", "source"),
    "broken-expression": ("expression-syntax", "* 2"),
    "unknown-property": ("field-unknown", '"Coment"'),
    "misspelt-type": ("state-type-unknown", '"Pas"'),
    "wrong-scalar-type": ("field-type", '"60"'),
    "action-without-url-or-handler": ("action-target-missing", '"A"'),
    "parameters-and-input-path-together": ("state-input-several", '"InputPath"'),
    "action-url-and-handler-together": ("action-target-several", '"Handler"'),
    "empty-error-equals": ("error-equals-empty", "[]"),
    "catch-all-is-not-last": ("catch-unreachable", "{"),
    "choice-rule-without-operator": ("rule-no-operator", "{"),
    "choice-rule-with-two-operators": ("rule-operators", '"NumericGreaterThan"'),
    "choice-without-default": ("choice-no-default", '"A"'),
    "wait-with-two-times": ("wait-until-several", '"SecondsPath"'),
    "wait-without-a-time": ("wait-until-missing", '"A"'),
    "duplicate-key": ("json-duplicate-key", '"A"'),
    "empty-state-name": ("state-name", '""'),
}


def texts(case: Path) -> tuple[str, str | None, Any, Any]:
    """Return the definition, the input schema, and what providers take and answer, of a case."""
    named = case / "definition.json"
    text = (named if named.exists() else case / "definition.txt").read_bytes().decode()
    schema = case / "schema.json"
    known = [case / "providers.json", case / "results.json"]
    providers, results = (json.loads(path.read_text()) if path.exists() else None for path in known)
    return text, schema.read_text() if schema.exists() else None, providers, results


def shown(case: Path) -> list[dict[str, Any]]:
    checked = check_text(*texts(case))
    return [
        {
            **{
                key: entry[key]
                for key in ("document", "severity", "code", "loc", "line", "column", "message")
            },
            "mark": checked.text_of(problem).text[span[0] : span[1]],
            "fixes": [fix.title for fix in problem.fixes],
        }
        for problem, span, entry in zip(
            checked.problems, checked.spans, checked.to_json()["problems"], strict=True
        )
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_problems_of_each_example(case: Path) -> None:
    assert shown(case) == json.loads((case / "problems.json").read_text())


@pytest.mark.parametrize(("name", "expected"), CLASSES.items(), ids=lambda value: str(value)[:40])
def test_every_class_of_broken_definition_is_marked_on_its_token(
    name: str, expected: tuple[str, str]
) -> None:
    first = json.loads((ROOT / "tests/problems" / name / "problems.json").read_text())[0]
    assert (first["code"], first["mark"]) == expected


def test_a_good_half_of_these_classes_offers_a_remedy() -> None:
    with_fix = [
        name
        for name in CLASSES
        if json.loads((ROOT / "tests/problems" / name / "problems.json").read_text())[0]["fixes"]
    ]
    assert len(with_fix) >= 22


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_remedy_takes_its_problem_away(case: Path) -> None:
    text, schema, *known = texts(case)
    checked = check_text(text, schema, *known)
    for problem in checked.problems:
        for fix in problem.fixes:
            new = {"definition": text, "input_schema": schema}
            for edit in sorted(fix.edits, key=lambda edit: -edit.start):
                old = new[problem.document] or ""
                new[problem.document] = old[: edit.start] + edit.text + old[edit.end :]
            again = check_text(new["definition"] or "", new["input_schema"], *known).problems
            same = [
                p
                for p in again
                if (p.document, p.loc, p.code) == (problem.document, problem.loc, problem.code)
            ]
            before = [
                p
                for p in checked.problems
                if (p.document, p.loc, p.code) == (problem.document, problem.loc, problem.code)
            ]
            assert len(same) < len(before), (problem.code, fix.title, new)


def test_the_catalogue_knows_every_problem_of_the_examples() -> None:
    listed = {entry.code: entry.severity for entry in problem_pages.entries()}
    for case in CASES:
        for problem in json.loads((case / "problems.json").read_text()):
            assert listed.get(problem["code"]) == problem["severity"], problem["code"]


def test_checking_values_and_checking_text_find_the_same() -> None:
    for case in CASES:
        text, schema, *known = texts(case)
        checked = check_text(text, schema, *known)
        if checked.definition.problems or (checked.schema and checked.schema.problems):
            continue
        schema_value = None if schema is None else json.loads(schema)
        plain = check(json.loads(text), schema_value, *known)
        assert {(p.document, p.loc, p.code, p.message) for p in plain} == {
            (p.document, p.loc, p.code, p.message) for p in checked.problems
        }


def test_a_sound_flow_has_no_problems() -> None:
    definition = {
        "Comment": "Copy and say so",
        "StartAt": "Copy",
        "States": {
            "Copy": {
                "Type": "Action",
                "ActionUrl": "https://ap.example.org/copy",
                "Parameters": {"source.$": "$.source", "label.=": "'copy of ' + `$.source`"},
                "ResultPath": "$.copy",
                "WaitTime": 3600,
                "ExceptionOnActionFailure": False,
                "Catch": [{"ErrorEquals": ["ActionTimeout"], "ResultPath": "$.e", "Next": "Late"}],
                "Next": "Look",
            },
            "Look": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.copy.status", "StringMatches": "SUCC*", "Next": "Done"}],
                "Default": "Bad",
            },
            "Bad": {"Type": "Fail", "Error": "CopyFailed", "CausePath": "$.copy.details"},
            "Late": {"Type": "Fail", "Error": "CopyFailed", "CausePath": "$.e.Cause"},
            "Done": END,
        },
    }
    schema = {"type": "object", "required": ["source"], "properties": {"source": {"type": "string"}}}
    assert check(definition, schema) == []


def test_marks_and_edits_are_utf16_offsets_in_json() -> None:
    text = '{"StartAt": "😀", "States": {"😀": {"Type": "Pass", "Comment": "🙂", "End": "true"}}}'
    (entry,) = check_text(text).to_json()["problems"]
    units = text.encode("utf-16-le")
    assert units[entry["from"] * 2 : entry["to"] * 2].decode("utf-16-le") == '"true"'
    (edit,) = entry["fixes"][0]["edits"]
    assert (edit["from"], edit["to"], edit["insert"]) == (entry["from"], entry["to"], "true")
    assert json.loads(json.dumps(entry)) == entry


def test_api_items_name_the_document_and_leave_advice_out() -> None:
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": END, "C": END}}
    problems = check({**definition, "StartAt": "Z"}, {"type": "array", "titel": "x"})
    assert error_items(problems) == [
        {
            "loc": ["definition", "StartAt"],
            "msg": 'StartAt names "Z", which is not a state. The first state is "A".',
            "type": "value_error",
        },
        {
            "loc": ["input_schema", "type"],
            "msg": 'Input schema: type is "array", but a run\'s input is always an object. Write "object".',
            "type": "value_error",
        },
    ]
    assert [item["loc"] for item in warning_items(check(definition, {"titel": "x"}))] == [
        ["definition", "States", "C"],
        ["input_schema", "titel"],
    ]


@pytest.mark.parametrize(
    ("state", "type"),
    [
        ({"End": True}, "value_error.discriminated_union.missing_discriminator"),
        ({"Type": "Pass", "End": True, "x": 1}, "value_error.extra"),
        ({"Type": "Wait", "Seconds": "5", "End": True}, "type_error.integer"),
        ({"Type": "Pass", "InputPath": None, "End": True}, "type_error.none.not_allowed"),
        ({"Type": "ExpressionEval", "Parameters": {}, "End": True}, "value_error.missing"),
        ({"Type": "Pass", "InputPath": "$.a[", "End": True}, "InvalidAccessPath"),
    ],
)
def test_types_are_those_of_the_api(state: dict[str, Any], type: str) -> None:
    (item,) = error_items(check({"StartAt": "A", "States": {"A": state}}))
    assert item["type"] == type
    assert item["loc"][:3] == ["definition", "States", "A"]


def test_providers_of_our_own_may_have_http_addresses() -> None:
    address = "http://127.0.0.1:8000/actions/transfer/ls"
    state = {"Type": "Action", "ActionUrl": f"{address}/", "Parameters": {}, "ResultPath": "$.r", "End": True}
    definition = {"StartAt": "A", "States": {"A": state}}
    assert [p.code for p in check(definition)] == ["url-syntax"]
    assert check(definition, providers={provider_key(f"{address}/"): None}) == []


@pytest.mark.parametrize(
    ("value", "is_accepted"),
    [
        (1, True),
        (60.0, True),
        (1.5, False),
        (0, False),
        (-1, False),
        (True, False),
        ("60", False),
        (1e308, False),
    ],
)
def test_wait_times(value: Any, is_accepted: bool) -> None:
    state = {
        "Type": "Action",
        "ActionUrl": "https://a.example",
        "Parameters": {},
        "ResultPath": "$.r",
        "End": True,
    }
    problems = check({"StartAt": "A", "States": {"A": {**state, "WaitTime": value}}})
    assert (not problems) == is_accepted


def test_a_misspelt_next_does_not_make_the_rest_unreachable() -> None:
    states = {"A": {"Type": "Pass", "Next": "Copi"}, "Copy": {"Type": "Pass", "Next": "Done"}, "Done": END}
    assert [p.code for p in check({"StartAt": "A", "States": states})] == ["next-unknown"]
    states["A"] = {"Type": "Pass", "Next": "Somewhere"}
    assert [p.code for p in check({"StartAt": "A", "States": states})] == ["next-unknown"]


def test_rules_that_are_each_others_opposite_need_no_default() -> None:
    rules = [{"Variable": "$.x", "IsPresent": value, "Next": "B"} for value in (True, False)]
    states = {"A": {"Type": "Choice", "Choices": rules}, "B": END}
    assert check({"StartAt": "A", "States": states}) == []


@pytest.mark.parametrize(("values", "codes"), [(["a", "b"], []), (["a", "b", "c"], ["choice-no-default"])])
def test_rules_for_all_that_a_value_can_be_need_no_default(values: list[str], codes: list[str]) -> None:
    rules = [{"Variable": "$.mode", "StringEquals": value, "Next": "B"} for value in ("a", "b")]
    schema = {"type": "object", "required": ["mode"], "properties": {"mode": {"enum": values}}}
    states = {"A": {"Type": "Choice", "Choices": rules}, "B": END}
    assert [p.code for p in check({"StartAt": "A", "States": states}, schema)] == codes


def test_runtime_errors_may_be_caught_after_all_others() -> None:
    catch = [
        {"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "B"},
        {"ErrorEquals": ["States.Runtime"], "ResultPath": "$.e", "Next": "B"},
    ]
    state = {
        "Type": "Action",
        "ActionUrl": "https://a.example",
        "Parameters": {"x.$": "$.x"},
        "ResultPath": "$.r",
    }
    assert check({"StartAt": "A", "States": {"A": {**state, "Catch": catch, "End": True}, "B": END}}) == []


def test_too_many_states_are_refused() -> None:
    states = {f"S{n}": {"Type": "Pass", "Next": f"S{n + 1}"} for n in range(MAX_STATES)}
    states[f"S{MAX_STATES}"] = END
    assert [p.code for p in check({"StartAt": "S0", "States": states})] == ["states-many"]


def test_advice_does_not_crowd_out_errors() -> None:
    states: dict[str, Any] = {"A": END, **{f"Spare {n}": END for n in range(MAX_FINDINGS + 50)}}
    states["Last"] = {"Type": "Pass", "Next": "Nowhere at all"}
    codes = [p.code for p in check({"StartAt": "A", "States": states})]
    assert codes.count("state-unreachable") == MAX_FINDINGS
    assert "next-unknown" in codes


def test_broken_text_of_one_document_leaves_the_other_checked() -> None:
    problems = check_text('{"StartAt": ', '{"type": "array"}').problems
    assert [(p.document, p.code) for p in problems][-1] == ("input_schema", "schema-root")
    problems = check_text('{"StartAt": "A", "States": {}}', "{,}").problems
    assert [(p.document, p.code) for p in problems] == [
        ("definition", "states-empty"),
        ("input_schema", "json-comma-extra"),
    ]


def test_two_hundred_states_are_checked_while_typing() -> None:
    states: dict[str, Any] = {}
    for n in range(200):
        states[f"State {n}"] = {
            "Type": "Action",
            "ActionUrl": "https://ap.example.org/copy",
            "Parameters": {
                "path.$": f"$.items[{n}].path",
                "label.=": f"'copy {n} of ' + title",
                "flags": [{"x.$": "$.x"}],
            },
            "ResultPath": f"$.results.r{n}",
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Bad"}],
            "Next": f"State {n + 1}" if n < 199 else "Nowhere",
        }
    text = json.dumps({"StartAt": "State 0", "States": {**states, "Bad": {"Type": "Fail"}}}, indent=2)
    check_text(text)
    started = time.process_time()
    checked = check_text(text).to_json()
    assert time.process_time() - started < 0.25
    assert checked["states"] == 201
