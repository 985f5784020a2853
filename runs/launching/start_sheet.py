"""The sheet that a person fills in to start a run: the input as a form or as JSON, a label and tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from flowlang import forms
from flowlang.forms import Draft, Field, State, json_text
from flowlang.problems import JSON
from runs import metadata
from runs.launching.start_text import NOT_AN_OBJECT
from wire.errors import Unprocessable

GUIDED, ADVANCED = "guided", "advanced"
Problem = dict[str, Any]
_MOST_CARRIED: Final = 50_000


@dataclass(frozen=True)
class Sheet:
    """What a person has filled in so far.

    tab       which view of the input shows: the form, or its JSON
    draft     the input as the form has it
    text      the input as the JSON editor has it
    problems  what is wrong with the input, and `faults` with "label", "tags" and "text"
    source    where the values come from, in words; "" for the flow's own defaults
    origin    the same in a word or two, for each value; `filled` is what that put in
    broken    the JSON editor's text, where the form shows the last one that could be read
    valid     that last one
    """

    draft: Draft
    tab: str = GUIDED
    text: str = ""
    label: str = ""
    tags: str = ""
    source: str = ""
    origin: str = ""
    filled: Mapping[str, Any] = field(default_factory=dict)
    broken: str = ""
    valid: str = ""
    problems: list[Problem] = field(default_factory=list)
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def filled_text(self) -> str:
        """What `filled` is, as the page carries it along."""
        text = json_text.write(dict(self.filled), pretty=False) if self.origin else ""
        return text if len(text) <= _MOST_CARRIED else ""

    @property
    def is_right(self) -> bool:
        return not self.problems and not self.faults


def begun(schema: Any, value: Mapping[str, Any] | None = None, source: str = "", origin: str = "") -> Sheet:
    """Return a new sheet with `value`, or with the schema's defaults; the form shows unless it cannot."""
    filled = forms.defaults(schema) if value is None else dict(value)
    draft = Draft(filled, State(), [])
    tab = GUIDED if forms.is_object(schema) else ADVANCED
    text = json_text.write(draft.body)
    return Sheet(draft, tab, text, source=source, origin=origin, filled=draft.body, valid=text)


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
        origin=said.get("origin", "")[:40],
        filled=_object(said.get("filled", "")),
        broken=said.get("broken", "").replace("\r\n", "\n"),
        valid=said.get("valid", ""),
    )
    return _parsed(sheet) if sheet.tab == ADVANCED else _written(sheet)


def _object(text: str) -> dict[str, Any]:
    try:
        value = json_text.parse(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _written(sheet: Sheet) -> Sheet:
    """The form speaks: its values become the text. A text that could not be read waits until they change."""
    text = json_text.write(sheet.draft.body)
    is_unchanged = bool(sheet.broken) and sheet.draft.body == _object(sheet.valid)
    return replace(sheet, text=text, broken=sheet.broken if is_unchanged else "")


def _parsed(sheet: Sheet) -> Sheet:
    """The JSON editor speaks: its text becomes the draft; a fault leaves the last valid one."""
    last = Draft(_object(sheet.valid), State(), [])
    try:
        value = json_text.parse(sheet.text)
    except ValueError as error:
        return replace(sheet, draft=last, faults={"text": str(error)})
    if not isinstance(value, dict):
        return replace(sheet, draft=last, faults={"text": NOT_AN_OBJECT})
    return replace(sheet, draft=Draft(value, State(), []), valid=sheet.text)


def turned(sheet: Sheet, schema: Any, tab: str) -> Sheet:
    """Return the sheet with its other view.

    A text that is no input lets the form show the last one that was, and comes back with the editor. A form
    that holds something unread stays, because the text cannot hold it.
    """
    if tab == sheet.tab or (tab == GUIDED and not forms.is_object(schema)):
        return sheet
    if sheet.tab == GUIDED and sheet.draft.is_short:
        return replace(sheet, problems=list(sheet.draft.problems))
    if tab == GUIDED:
        return replace(sheet, tab=GUIDED, broken=sheet.text if "text" in sheet.faults else "", faults={})
    text = json_text.write(sheet.draft.body)
    shown = replace(sheet, tab=ADVANCED, text=sheet.broken or text, broken="")
    return _parsed(shown if sheet.broken else replace(shown, valid=text))


def about(sheet: Sheet) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values of the sheet's label and tags, and what is wrong with them."""
    tags = [tag for tag in sheet.tags.split(",") if tag.strip()]
    try:
        return metadata.read({"label": sheet.label.strip() or None, "tags": tags}).values, {}
    except Unprocessable as error:
        items = error.detail if isinstance(error.detail, list) else []
        return {}, {_first(item["loc"]): str(item["msg"]) for item in items}


def checked(sheet: Sheet, schema: Any) -> tuple[Sheet, dict[str, Any]]:
    """Return the sheet with everything that is wrong with it, and the values of its label and tags."""
    said, wrong = about(sheet)
    faults = {**sheet.faults, **wrong}
    problems = [] if "text" in faults else forms.explain(schema, sheet.draft)
    return replace(sheet, problems=problems, faults=faults), said


def _first(loc: JSON) -> str:
    return str(loc[0]) if isinstance(loc, list) and loc else ""


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
