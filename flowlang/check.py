"""The one checker of flows: the editor, the API, publishing and the command line ask it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any, Final, Literal, NamedTuple

from flowlang import (
    check_graph,
    check_keeping,
    check_lints,
    check_providers,
    check_states,
    definition,
    fixes,
    graph,
    parts,
)
from flowlang.check_providers import key as provider_key
from flowlang.collector import paused
from flowlang.dataflow import problems as data_flow
from flowlang.dataflow.problems import DATA_FLOW
from flowlang.definition import Document
from flowlang.findings import Finding, Findings, Site, quote
from flowlang.flaws import TextProblem
from flowlang.graph import Graph, number_of_possibilities
from flowlang.limits import MAX_SCHEMA_BYTES
from flowlang.problems import JSON, Edit, Problem

__all__ = [
    "DATA_FLOW",
    "Checked",
    "check",
    "check_text",
    "error_items",
    "number_of_possibilities",
    "provider_key",
    "warning_items",
]

# A value that cannot be kept is not looked into.
_UNKEPT: Final = frozenset({"json-depth", "json-number-range", "json-nul", "json-surrogate"})
DocumentName = Literal["definition", "input_schema"]


class Checked(NamedTuple):
    """The answer of `check_text`.

    problems    of both documents, each in the order of its text; fixes are edits in code points
    spans       for each problem, where it is in its text: code points (start, end)
    states      how many states there are
    definition  the text as it was read, with its value; `definition.is_json` says whether there is one
    schema      the same of the input schema; None when there is no text
    """

    problems: list[Problem]
    spans: list[tuple[int, int]]
    states: int
    definition: Document
    schema: Document | None

    @property
    def has_errors(self) -> bool:
        """Whether anything forbids publishing."""
        return any(problem.severity == "error" for problem in self.problems)

    def to_json(self) -> dict[str, Any]:
        """Return {"problems": [...], "states": n}.

        A problem is {"document", "severity", "code", "message", "loc", "line", "column", "from", "to",
        "fixes"}; line and column count from 1, from and to are UTF-16 offsets, a fix is {"title", "edits":
        [{"from", "to", "insert"}]}, in UTF-16 offsets too: what browsers count in.
        """
        pairs = zip(self.problems, self.spans, strict=True)
        return {"problems": [self._entry(problem, span) for problem, span in pairs], "states": self.states}

    def _entry(self, problem: Problem, span: tuple[int, int]) -> dict[str, Any]:
        text = self.text_of(problem)
        line, column = text.position(span[0])
        return {
            "document": problem.document,
            "severity": problem.severity,
            "code": problem.code,
            "message": problem.message,
            "loc": list(problem.loc),
            "line": line,
            "column": column,
            "from": text.utf16(span[0]),
            "to": text.utf16(span[1]),
            "fixes": [
                {"title": fix.title, "edits": [_edit(text, edit) for edit in fix.edits]}
                for fix in problem.fixes
            ],
        }

    def text_of(self, problem: Problem) -> Document:
        """Return the text that the problem is in."""
        return self.schema if problem.document == "input_schema" and self.schema else self.definition


def _edit(text: Document, edit: Edit) -> dict[str, Any]:
    return {"from": text.utf16(edit.start), "to": text.utf16(edit.end), "insert": edit.text}


@paused()
def check(
    definition: JSON,
    schema: JSON = None,
    providers: Mapping[str, JSON] | None = None,
    results: Mapping[str, JSON] | None = None,
) -> list[Problem]:
    """Return what is wrong with a flow, errors, warnings and hints; never raises.

    definition  any JSON
    schema      the input schema; None when there is none
    providers   address without slashes at its end -> what that provider takes, a JSON schema or None
    results     address -> what the details of its actions hold when they have succeeded, a JSON schema
    """
    about, about_schema = Findings(), Findings("input_schema")
    built = graph.build(definition)
    if check_keeping.is_kept(Site(about), definition):
        _definition(about, definition, built, providers or {})
    if schema is not None and check_keeping.is_kept(Site(about_schema), schema):
        _schema(about_schema, schema, about, built)
    _data_flow((about, about_schema), built, schema, results)
    return [finding.problem for finding in [*about.found, *about_schema.found]]


@paused()
def check_text(
    text: str,
    schema_text: str | None = None,
    providers: Mapping[str, JSON] | None = None,
    results: Mapping[str, JSON] | None = None,
) -> Checked:
    """Return what is wrong with the two texts of a flow, with places and fixes; never raises.

    text         the definition
    schema_text  the input schema; None when there is none
    providers    as for `check`; so are results
    """
    read, value, states = parts.read(text)
    read_schema = None if schema_text is None else definition.parse(schema_text, MAX_SCHEMA_BYTES)
    about, about_schema = Findings(), Findings("input_schema")
    built = graph.build(value, states)
    if read.is_json:
        _definition(about, value, built, providers or {})
    if read_schema and read_schema.is_json:
        _schema(about_schema, read_schema.value, about, built)
    if read.is_json:
        has_schema = read_schema is not None and read_schema.is_json
        _data_flow(
            (about, about_schema),
            built,
            read_schema.value if read_schema and has_schema else None,
            results,
        )
    placed = _placed(read, about)
    placed += _placed(read_schema, about_schema) if read_schema else []
    return Checked(
        problems=[problem for problem, _ in placed],
        spans=[span for _, span in placed],
        states=len(built.states),
        definition=read,
        schema=read_schema,
    )


def error_items(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Return the errors among `problems` as the API's `detail`.

    Shape  {"loc": ["definition", "States", "Copy", "Next"], "msg": "...", "type": "value_error"}
    """
    return [_item(problem) for problem in problems if problem.severity == "error"]


def warning_items(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Return the warnings among `problems`, in the shape of `error_items`."""
    return [_item(problem) for problem in problems if problem.severity == "warning"]


def _item(problem: Problem) -> dict[str, Any]:
    return {"loc": [problem.document, *problem.loc], "msg": problem.message, "type": problem.type}


def _definition(findings: Findings, value: JSON, built: Graph, providers: Mapping[str, JSON]) -> None:
    findings.addresses = frozenset(providers)
    site = Site(findings)
    check_states.definition(site, value, built.parts)
    if not isinstance(value, dict):
        return
    check_graph.graph(site, value, built)
    check_lints.states(findings, built)
    check_providers.actions(findings, built, providers)


def _schema(findings: Findings, value: JSON, about: Findings, built: Graph) -> None:
    # Loaded with the first schema: a definition alone is to be checked at once.
    import_module("flowlang.schema").document(Site(findings), value)
    if isinstance(value, dict) and value.get("additionalProperties") is False:
        properties = value.get("properties")
        if not isinstance(properties, dict) or "_tokens" not in properties:
            _roles(Site(about), built)


def _data_flow(
    about: tuple[Findings, Findings], built: Graph, schema: JSON, results: Mapping[str, JSON] | None
) -> None:
    """Check what states read; of an input schema that has errors nothing can be said."""
    if any(finding.problem.code in _UNKEPT for finding in about[0].found):
        return
    has_errors = about[1].counts.get("error", 0) > 0
    data_flow.check(about, built, None if has_errors else schema, results)


def _roles(site: Site, built: Graph) -> None:
    """Warn of roles whose tokens the input schema does not let in."""
    for name, state in built.states.items():
        role = state.get("RunAs") if isinstance(state, dict) else None
        if isinstance(role, str) and role not in ("User", "Flow"):
            message = (
                f"RunAs {quote(role)} needs a token in the input, in _tokens, which the input schema forbids."
            )
            check_graph.state(site, name).at("RunAs").warn("run-as-tokens", message)


def _placed(document: Document, findings: Findings) -> list[tuple[Problem, tuple[int, int]]]:
    """Return the problems of a text with their fixes and places, in the order of the text."""
    found: list[tuple[Problem, tuple[int, int]]] = [
        (_named(problem, findings.document), (problem.start, problem.end)) for problem in document.problems
    ]
    for finding in findings.found:
        problem = replace(finding.problem, fixes=fixes.resolve(document, finding.remedies))
        found.append((problem, _span(document, finding)))
    return sorted(found, key=lambda pair: pair[1])


def _named(problem: TextProblem, name: DocumentName) -> Problem:
    return problem if problem.document == name else replace(problem, document=name)


def _span(document: Document, finding: Finding) -> tuple[int, int]:
    problem, offset = finding.problem, finding.offset
    narrow = None if offset is None else fixes.narrowed(document, problem.loc, offset)
    return narrow or document.span(problem.loc, on_key=problem.on_key)
