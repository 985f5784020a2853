"""Rules of a Choice, and catchers, as rows of single values for a form; and rows as what they say."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple, cast

from flowlang.forms import json_text
from flowlang.problems import JSON
from flowlang.rules import CONNECTIVES, ERRORS, OPERATORS

_TESTS: Final = {**OPERATORS, **CONNECTIVES}
_BETWEEN: Final = ", "
_PLAIN: Final = ("true", "false")
Row = dict[str, JSON]


class RowError(ValueError):
    """A row says nothing that could be written. `loc` is its place in the form, e.g. "$.Choices[0].Value"."""

    def __init__(self, loc: str, message: str) -> None:
        super().__init__(message)
        self.loc = loc


def shown(state: Mapping[str, JSON]) -> Row:
    """Return the fields of a state with Choices and Catch as rows, where rows can say all that they say."""
    return {name: _shown(name, value) for name, value in state.items()}


def stated(fields: Mapping[str, JSON], state: Mapping[str, JSON]) -> Row:
    """Return the fields that `shown` has shown, after somebody has changed them.

    state   as it was before: of it depends what was shown as rows
    Raises  RowError for a row that means nothing
    """
    return {
        name: _stated(name, value) if has_rows(name, state.get(name)) else value
        for name, value in fields.items()
    }


def has_rows(name: str, value: JSON) -> bool:
    """Whether a field is shown as rows: Choices and Catch, where that loses nothing."""
    return name in _KINDS and (value is None or _rows(name, value) is not None)


def schema(name: str, value: JSON, names: Sequence[str], paths: Sequence[str]) -> Row:
    """Return the schema of a field's rows.

    names  of the states that a row can lead to
    paths  that the state can read, to choose from
    """
    rows = _rows(name, value) or []
    gone = [str(row["Next"]) for row in rows if "Next" in row and row["Next"] not in names]
    follows: Row = {"description": "The state that follows.", "enum": [*names, *dict.fromkeys(gone)]}
    properties, required = _KINDS[name].columns(paths)
    item: Row = {
        "type": "object",
        "properties": {**properties, "Next": follows},
        "required": [*required, "Next"],
        "additionalProperties": False,
    }
    return {"type": "array", "items": item}


def _shown(name: str, value: JSON) -> JSON:
    rows = _rows(name, value) if name in _KINDS else None
    return value if rows is None else cast(JSON, rows)


def _rows(name: str, value: JSON) -> list[Row] | None:
    """Return the rows; None where they would not say the same again."""
    if not isinstance(value, list):
        return None
    rows = [_KINDS[name].row(element) if isinstance(element, dict) else None for element in value]
    found = [row for row in rows if row is not None]
    if len(found) < len(value):
        return None
    try:
        again = _stated(name, cast(JSON, found))
    except RowError:
        return None
    return found if _same(again, value) else None


def _same(one: JSON, other: JSON) -> bool:
    """Whether two values are the same, and of the same types: 1, 1.0 and true are three."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _stated(name: str, value: JSON) -> JSON:
    if not isinstance(value, list):
        return value
    return [
        _KINDS[name].element(row, f"$.{name}[{at}]") if isinstance(row, dict) else row
        for at, row in enumerate(value)
    ]


# --- rules


def _row_of_rule(rule: Row) -> Row | None:
    tests = [key for key in rule if key in _TESTS]
    if len(tests) != 1 or rule.keys() - {"Variable", "Next", *tests}:
        return None
    value = rule[tests[0]]
    written = value if _is_text(tests[0]) else json.dumps(value, ensure_ascii=False)
    if not all(isinstance(one, str) for one in (written, rule.get("Variable", ""), rule.get("Next", ""))):
        return None
    return _kept(rule, "Variable") | {"Test": tests[0], "Value": written} | _kept(rule, "Next")


def _rule_of_row(row: Row, loc: str) -> JSON:
    test, text = str(row.get("Test", "")), str(row.get("Value", ""))
    if test not in _TESTS:
        raise RowError(f"{loc}.Test", "Choose how the value is compared.")
    value: JSON = text if _is_text(test) else _read(text)
    if test in CONNECTIVES and not isinstance(value, dict if test == "Not" else list):
        kind = "a rule, such as {…}" if test == "Not" else "a list of rules, such as [{…}, {…}]"
        raise RowError(f"{loc}.Value", f'"{test}" takes {kind}, written as JSON.')
    return _kept(row, "Variable") | {test: value} | _next(row, loc)


def _is_text(test: str) -> bool:
    return _TESTS[test].shape == "text"


def _read(text: str) -> JSON:
    """Return JSON text as a value; any other text as it is: the checker says what is wrong with it."""
    try:
        return json_text.parse(text)
    except ValueError:
        return text


def _columns_of_rules(paths: Sequence[str]) -> tuple[Row, list[str]]:
    choices = cast("list[JSON]", list(paths))
    columns: Row = {
        "Variable": {
            "type": "string",
            "description": "Path of the value that is compared. And, Or and Not have none.",
            "examples": choices,
        },
        "Test": {"description": "How it is compared.", "enum": list(_TESTS)},
        "Value": {
            "type": "string",
            "description": "What with: text, a number, true or false, or the path of a value.",
            "examples": [*_PLAIN, *choices],
        },
    }
    return columns, ["Test"]


# --- catchers


def _row_of_catcher(catcher: Row) -> Row | None:
    names = catcher.get("ErrorEquals", [])
    if catcher.keys() - {"ErrorEquals", "ResultPath", "Next"} or not isinstance(names, list):
        return None
    texts = (*names, catcher.get("ResultPath", ""), catcher.get("Next", ""))
    if not all(isinstance(one, str) for one in texts):
        return None
    errors: Row = {"ErrorEquals": _BETWEEN.join(map(str, names))}
    return errors | _kept(catcher, "ResultPath") | _kept(catcher, "Next")


def _catcher_of_row(row: Row, loc: str) -> JSON:
    names: list[JSON] = [name.strip() for name in str(row.get("ErrorEquals", "")).split(",") if name.strip()]
    if not names:
        raise RowError(f"{loc}.ErrorEquals", "Name at least one error; States.ALL stands for any.")
    return {"ErrorEquals": names} | _kept(row, "ResultPath") | _next(row, loc)


def _columns_of_catchers(paths: Sequence[str]) -> tuple[Row, list[str]]:
    columns: Row = {
        "ErrorEquals": {
            "type": "string",
            "title": "Errors",
            "description": "Names of errors, with commas between them; States.ALL stands for any.",
            "examples": list(ERRORS),
        },
        "ResultPath": {
            "type": "string",
            "description": "Where what is known of the error is put. Without it, it replaces the run data.",
            "examples": ["$.error"],
        },
    }
    return columns, ["ErrorEquals"]


def _next(row: Row, loc: str) -> Row:
    if "Next" not in row:
        raise RowError(f"{loc}.Next", "Choose the state that follows.")
    return {"Next": row["Next"]}


def _kept(row: Row, name: str) -> Row:
    return {name: row[name]} if name in row else {}


class _Kind(NamedTuple):
    row: Callable[[Row], Row | None]
    element: Callable[[Row, str], JSON]
    columns: Callable[[Sequence[str]], tuple[Row, list[str]]]


_KINDS: Final[Mapping[str, _Kind]] = {
    "Choices": _Kind(_row_of_rule, _rule_of_row, _columns_of_rules),
    "Catch": _Kind(_row_of_catcher, _catcher_of_row, _columns_of_catchers),
}
