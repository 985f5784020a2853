"""The sheet that a person fills in to start a run: the input as a form or as JSON, a label and tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from flowlang import events, forms
from flowlang.forms import Draft, Field, State, json_text
from flowlang.problems import JSON
from runs import metadata
from wire.errors import Unprocessable

GUIDED, ADVANCED = "guided", "advanced"
Problem = dict[str, Any]
_NOT_AN_OBJECT: Final = "The input of a flow is a JSON object: it starts with { and ends with }."


@dataclass(frozen=True)
class Sheet:
    """What a person has filled in so far.

    tab       which view of the input shows: the form, or its JSON
    draft     the input as the form has it
    text      the input as the JSON editor has it
    problems  what is wrong with the input, and `faults` with "label", "tags" and "text"
    source    where the values come from, in words; "" for the flow's own defaults
    """

    draft: Draft
    tab: str = GUIDED
    text: str = ""
    label: str = ""
    tags: str = ""
    source: str = ""
    problems: list[Problem] = field(default_factory=list)
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_right(self) -> bool:
        return not self.problems and not self.faults


def begun(schema: Any, value: Mapping[str, Any] | None = None, source: str = "") -> Sheet:
    """Return a new sheet with `value`, or with the schema's defaults; the form shows unless it cannot."""
    filled = forms.defaults(schema) if value is None else dict(value)
    draft = Draft(filled, State(), [])
    tab = GUIDED if forms.is_object(schema) else ADVANCED
    return Sheet(draft, tab, json_text.write(draft.body), source=source)


def posted(schema: Any, items: Iterable[tuple[str, str]], action: str) -> Sheet:
    """Return the sheet that was posted, after one of the form's own buttons (`forms.apply`) did its work."""
    pairs = list(items)
    said = dict(pairs)
    changed, fresh = forms.apply(pairs, action)
    sheet = Sheet(
        draft=forms.read_draft(schema, changed, fresh),
        tab=ADVANCED if said.get("tab") == ADVANCED else GUIDED,
        text=said.get("text", "").replace("\r\n", "\n"),
        label=said.get("label", ""),
        tags=said.get("tags", ""),
        source=said.get("source", "")[:200],
    )
    return _parsed(sheet) if sheet.tab == ADVANCED else replace(sheet, text=json_text.write(sheet.draft.body))


def _parsed(sheet: Sheet) -> Sheet:
    """The JSON editor speaks: its text becomes the draft, or a fault."""
    try:
        value = json_text.parse(sheet.text)
    except ValueError as error:
        return replace(sheet, draft=Draft({}, State(), []), faults={"text": str(error)})
    if not isinstance(value, dict):
        return replace(sheet, draft=Draft({}, State(), []), faults={"text": _NOT_AN_OBJECT})
    return replace(sheet, draft=Draft(value, State(), []))


def turned(sheet: Sheet, schema: Any, tab: str) -> Sheet:
    """Return the sheet with its other view, unless this one holds something that the other cannot show."""
    if sheet.faults or tab == sheet.tab:
        return sheet
    if sheet.tab == GUIDED and sheet.draft.problems:
        return replace(sheet, problems=list(sheet.draft.problems))
    if tab == GUIDED and not forms.is_object(schema):
        return sheet
    return replace(sheet, tab=tab, text=json_text.write(sheet.draft.body))


def checked(sheet: Sheet, schema: Any) -> tuple[Sheet, dict[str, Any]]:
    """Return the sheet with everything that is wrong with it, and the values of its label and tags."""
    tags = [tag for tag in sheet.tags.split(",") if tag.strip()]
    said: dict[str, Any] = {}
    faults = dict(sheet.faults)
    try:
        said = metadata.read({"label": sheet.label.strip() or None, "tags": tags}).values
    except Unprocessable as error:
        items = error.detail if isinstance(error.detail, list) else []
        faults |= {_first(item["loc"]): str(item["msg"]) for item in items}
    problems = [] if "text" in faults else forms.explain(schema, sheet.draft)
    return replace(sheet, problems=problems, faults=faults), said


def _first(loc: JSON) -> str:
    return str(loc[0]) if isinstance(loc, list) and loc else ""


def again(schema: Any, earlier: Any) -> dict[str, Any]:
    """Return the input of an earlier run as a new one may begin with it: no secrets, nothing now unknown."""
    value = events.visible(earlier)
    known = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(value, dict):
        return {}
    if not isinstance(known, dict) or schema.get("additionalProperties") is not False:
        return dict(value)
    return {name: member for name, member in value.items() if name in known}


@dataclass(frozen=True)
class Told:
    """One line of the list of problems: in which field, what, and the field's id."""

    title: str
    message: str
    anchor: str = ""


def told(sheet: Sheet, root: Field | None) -> list[Told]:
    """Return all problems in the page's order, each with the field that shows it, where one does."""
    lines = [Told("", message, anchor=f"start-{name}") for name, message in sheet.faults.items()]
    lines += _at_fields(root, "") if root else []
    shown = {line.message for line in lines}
    rest = [problem for problem in sheet.problems if problem["msg"] not in shown]
    return lines + [Told(str(problem["loc"][0]).removeprefix("$."), problem["msg"]) for problem in rest]


def _at_fields(one: Field, above: str) -> list[Told]:
    is_named = one.loc != "$" and one.kind != "variant"
    title = f"{above} › {one.title}" if above and is_named else one.title if is_named else above
    lines = [Told(title, message, one.id if one.loc != "$" else "") for message in one.errors]
    return lines + [line for inner in one.children for line in _at_fields(inner, title)]
