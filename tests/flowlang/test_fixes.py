"""Fixes: each takes its problem away, brings no new error, and leaves alone what it does not change."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import pytest

from flowlang import repairs
from flowlang.check import Checked, check_text
from flowlang.definition import parse
from flowlang.problems import JSON, Edit, Fix, Loc, Problem
from tests.flowlang.test_check import CASES, texts
from tools import problem_pages


class Example(NamedTuple):
    """The texts of a flow, and the providers that it is checked with."""

    name: str
    definition: str
    schema: str | None
    providers: dict[str, JSON]

    def checked(self) -> Checked:
        return check_text(self.definition, self.schema, self.providers)

    def after(self, problem: Problem, fix: Fix) -> Example:
        """Return the example with the fix applied."""
        if problem.document == "input_schema":
            return self._replace(schema=applied(self.schema or "", fix.edits))
        return self._replace(definition=applied(self.definition, fix.edits))


def examples() -> list[Example]:
    found = []
    for case in CASES:
        definition, schema, providers, _ = texts(case)
        found.append(Example(case.name, definition, schema, providers or {}))
    for entry in problem_pages.entries():
        is_schema, providers = entry.kind == "schema", json.loads(entry.providers)
        text = problem_pages.FLOW if is_schema else entry.filled(entry.wrong)
        schema = entry.wrong if is_schema else entry.schema
        found.append(Example(entry.code, text, schema, providers))
    return found


def applied(text: str, edits: tuple[Edit, ...]) -> str:
    assert all(before.end <= after.start for before, after in pairwise(edits))
    for edit in reversed(edits):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def errors(checked: Checked) -> Counter[tuple[str, str]]:
    """Return the errors by code and message; of a text that is not JSON, only those that say so."""
    return Counter((p.code, p.message) for p in checked.problems if p.severity == "error")


def is_broken(checked: Checked, document: str) -> bool:
    read = checked.schema if document == "input_schema" else checked.definition
    return read is not None and not read.is_json


CHECKED = [(example, example.checked()) for example in examples()]
OFFERED = [
    pytest.param(example, before, problem, fix, id=f"{example.name}: {problem.code}: {fix.title[:40]}")
    for example, before in CHECKED
    for problem in before.problems
    for fix in problem.fixes
]
# Where a fix may put an object or array with none beside it or before it whose layout it could follow.
WITHOUT_LAYOUT = {
    "states-empty", "state-type", "error-equals-empty", "schema-keyword", "schema-type", "private-names",
    "private-unlisted", "field-type", "field-missing",
}  # fmt: skip
FIXABLE = {parameter.values[2].code for parameter in OFFERED}


@pytest.mark.parametrize(("example", "before", "problem", "fix"), OFFERED)
def test_a_fix_takes_its_problem_away_and_brings_no_error(
    example: Example, before: Checked, problem: Problem, fix: Fix
) -> None:
    after = example.after(problem, fix).checked()
    key = (problem.document, problem.code, problem.loc)
    left = [p for p in after.problems if (p.document, p.code, p.loc) == key]
    there = [p for p in before.problems if (p.document, p.code, p.loc) == key]
    assert len(left) < len(there)
    new = errors(after) - errors(before)
    if is_broken(before, problem.document):
        # Only now can be seen what else is wrong: a broken text is not looked into.
        new = Counter({key: n for key, n in new.items() if key[0].startswith("json-")})
    assert not new


@pytest.mark.parametrize(("example", "before", "problem", "fix"), OFFERED)
def test_a_fix_has_edits_that_do_something_and_a_title(
    example: Example, before: Checked, problem: Problem, fix: Fix
) -> None:
    text = (example.schema if problem.document == "input_schema" else example.definition) or ""
    assert all(0 <= edit.start <= edit.end <= len(text) for edit in fix.edits)
    assert all(text[edit.start : edit.end] != edit.text for edit in fix.edits)
    assert fix.title.isprintable() and not fix.title.endswith(".")


@pytest.mark.parametrize(("newline", "indent"), [("\n", "  "), ("\r\n", "  "), ("\n", "\t")], ids=repr)
def test_a_fix_keeps_the_layout(newline: str, indent: str) -> None:
    kept = 0
    for example, _ in CHECKED:
        if not (sound := laid_out(example, newline, indent)):
            continue
        for problem in sound.checked().problems:
            for fix in problem.fixes:
                after = sound.after(problem, fix)
                if problem.code in WITHOUT_LAYOUT and any(edit.text[-1:] in "}]" for edit in fix.edits):
                    continue
                kept += 1
                assert after == laid_out(after, newline, indent), (example.name, fix)
    assert kept > 100


def laid_out(example: Example, newline: str, indent: str) -> Example | None:
    """Return the example as a program would print it; None where a text is not JSON."""
    read = [None if text is None else parse(text) for text in (example.definition, example.schema)]
    if any(each and not each.is_json for each in read):
        return None
    made = [
        each and json.dumps(each.value, indent=indent, ensure_ascii=False).replace("\n", newline)
        for each in read
    ]
    return example._replace(definition=made[0] or "", schema=made[1])


FLOW: dict[str, Any] = {
    "StartAt": "Copy",
    "States": {
        "Copy": {
            "Type": "Action",
            "ActionUrl": "https://ap.example.org/copy",
            "Parameters": {"from.$": "$.source", "name.=": "'x' + name", "key.$": "$._private_key",
                           "items": [{"n.$": "$.n"}], "__Private_Parameters": ["key"]},
            "ResultPath": "$.copy",
            "WaitTime": 60,
            "Catch": [{"ErrorEquals": ["ActionTimeout"], "ResultPath": "$.error", "Next": "Sorry"}],
            "Next": "Look",
        },
        "Look": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.copy.n", "NumericEquals": 1, "Next": "Count"},
                {"And": [{"Variable": "$.a", "IsPresent": True},
                         {"Not": {"Variable": "$.b", "IsNull": True}}], "Next": "Nap"},
            ],
            "Default": "Nap",
        },
        "Count": {"Type": "ExpressionEval", "Parameters": {"n.=": "len(items)"}, "ResultPath": "$.n",
                  "Next": "Nap"},
        "Nap": {"Type": "Wait", "Seconds": 60, "Next": "Keep"},
        "Keep": {"Type": "Pass", "Result": {"a": 1}, "ResultPath": "$.kept", "End": True},
        "Sorry": {"Type": "Fail", "Error": "Sorry", "CausePath": "$.error.Cause"},
    },
}  # fmt: skip


def places(value: JSON, loc: Loc = ()) -> Iterator[Loc]:
    is_list = isinstance(value, list)
    for step, member in enumerate(value) if is_list else value.items() if isinstance(value, dict) else ():
        yield (*loc, step)
        yield from places(member, (*loc, step))


def slips(loc: Loc) -> Iterator[str]:
    """Yield the flow without what is at `loc`, with its name misspelt, and with other values there."""
    for value in (None, "5", 5, [], "x y", "$.a[", {"Type": "Pass"}):
        flow = json.loads(json.dumps(FLOW))
        inside = flow
        for step in loc[:-1]:
            inside = inside[step]
        step = loc[-1]
        if value is not None:
            inside[step] = value
        elif isinstance(step, str):
            inside[f"{step[:-1]}x"] = inside.pop(step)
        else:
            del inside[step]
        yield json.dumps(flow, indent=2)


def test_a_flow_as_it_should_be_has_no_problem() -> None:
    assert check_text(json.dumps(FLOW)).problems == []


@pytest.mark.parametrize("loc", list(places(FLOW)), ids=lambda loc: "-".join(map(str, loc[1:])) or loc[0])
def test_after_a_slip_anywhere_locs_lead_to_places_and_fixes_make_sound_texts(loc: Loc) -> None:
    for text in slips(loc):
        example = Example("", text, None, {})
        checked = example.checked()
        for problem in checked.problems:
            assert checked.definition.place(problem.loc) is not None
            for fix in problem.fixes:
                after = check_text(applied(text, fix.edits))
                assert after.definition.is_json, fix
                assert (problem.code, problem.message) not in errors(after), (problem, fix)


def test_many_codes_have_fixes() -> None:
    assert len(FIXABLE) >= 70


@pytest.mark.parametrize(
    ("repair", "text", "better"),
    [
        (repairs.path, "source.path", "$.source.path"),
        (repairs.path, "$source", "$.source"),
        (repairs.path, "$.a[0", "$.a[0]"),
        (repairs.path, "$.a['b", "$.a['b']"),
        (repairs.path, "$.my file.x", "$['my file'].x"),
        (repairs.path, "$.a. ", "$.a"),
        (repairs.path, "$$.username", "$._context.username"),
        (repairs.path, "$$.Execution.Id", None),
        (repairs.path, "hello world", None),
        (repairs.path, "$..a", None),
        (repairs.expression, "$.count + 1", "`$.count` + 1"),
        (repairs.expression, "$.x == 'a = $.b' && y", "`$.x` == 'a = $.b' and y"),
        (repairs.expression, "a = 1", "a == 1"),
        (repairs.expression, "a && !b || c", "a and not b or c"),
        (repairs.expression, "x !== 2", "x != 2"),
        (repairs.expression, "1 +", None),
        (repairs.expression, "a; b", None),
        (
            repairs.function,
            "States.Format('{}/{}.txt', $.a[0].b,  'x')",
            "str(`$.a[0].b`) + '/' + 'x' + '.txt'",
        ),
        (repairs.function, "States.Format('it\\'s {}', $.a)", "'it\\'s ' + str(`$.a`)"),
        (repairs.function, "States.ArrayLength($.x)", "len(`$.x`)"),
        (repairs.function, "States.MathAdd($.n, 1)", "`$.n` + 1"),
        (repairs.function, "States.Array($.a, 'b', 3)", "[`$.a`, 'b', 3]"),
        (repairs.function, "States.Format('{} {}', $.a)", None),
        (repairs.function, "States.Format('{}', States.MathAdd($.a,1))", None),
        (repairs.function, "States.UUID()", None),
        (repairs.timestamp, "2026-03-01 09:30:00", "2026-03-01T09:30:00Z"),
        (repairs.timestamp, "2026-03-01T09:30+0200", "2026-03-01T09:30:00+02:00"),
        (repairs.timestamp, "2026-13-01", None),
        (repairs.timestamp, "tomorrow", None),
        (repairs.pattern, "scan\\_*\\*", "scan\\\\_*\\*"),
    ],
)
def test_what_is_probably_meant(repair: Callable[[str], str | None], text: str, better: str | None) -> None:
    assert repair(text) == better


def test_calls_are_found_outside_quotes_only() -> None:
    assert repairs.calls("lenn('lenn(x)') + `$.lenn(` + lenn (y) + x.lenn()", "lenn") == [0, 30]


@pytest.mark.parametrize("checked", [pytest.param(checked, id=each.name) for each, checked in CHECKED])
def test_every_loc_leads_to_a_place_with_a_line_and_a_column(checked: Checked) -> None:
    for problem, span, entry in zip(
        checked.problems, checked.spans, checked.to_json()["problems"], strict=True
    ):
        document = checked.text_of(problem)
        if document.is_json:
            place = document.place(problem.loc)
            assert place is not None
            around = document.span(problem.loc[:-1])
            assert around[0] <= span[0] <= span[1] <= len(document.text)
        start = document.line_start(entry["line"]) + entry["column"] - 1
        assert start == span[0]
