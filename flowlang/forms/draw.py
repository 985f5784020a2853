"""From a schema, a value and its problems to the tree of fields that a template draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from flowlang.forms import controls, json_text, table
from flowlang.forms.conditions import taken
from flowlang.forms.defaults import SIMPLE, default_of, first, fits, fitting
from flowlang.forms.drawing import MAX_DEPTH, MAX_UNSEEN, Drawing, Place, basis_of, json_field
from flowlang.forms.field import Field, Option, State
from flowlang.forms.keywords import extras
from flowlang.forms.kinds import Kind, kind, type_of, variants
from flowlang.forms.parts import (
    Part,
    is_asked_for_more,
    is_tuple,
    item_schema,
    open_schema,
    properties,
    required,
    whole,
)
from flowlang.forms.validation import check_schema
from flowlang.forms.values import ABSENT, child, entry, item_loc, member_loc, settled, substance


def draw(
    schema: Any, value: Any, problems: Iterable[Mapping[str, Any]] = (), state: State | None = None
) -> Field:
    """Return the field that the whole form is; its children are the inputs of the flow.

    value     what the person has typed so far: JSON, with ABSENT for a row that is still empty
    problems  entries as `validate` or `explain` answer them; each is shown at the field of its loc
    Raises    UnusableSchema
    """
    check_schema(schema)
    drawing = Drawing(_by_loc(problems), state or State())
    part = whole(schema)
    if type_of(part) not in ("object", []) and "object" not in type_of(part):
        return json_field(drawing, part, value, Place())
    return _place(drawing, part.but({**part.schema, "type": "object"}), value, Place(must=True))


def fields(schema: Any, value: Any, problems: Iterable[Mapping[str, Any]] = ()) -> list[Field]:
    """Return the field trees of the flow's inputs: `draw` without the outermost field."""
    return list(draw(schema, value, problems).children)


def _by_loc(problems: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for problem in problems:
        found.setdefault(str(problem["loc"][0]), []).append(str(problem["msg"]))
    return found


def _place(drawing: Drawing, part: Part, value: Any, place: Place) -> Field:
    drawing.left[0] -= 1
    if drawing.left[0] < 0 or place.depth + place.level > MAX_DEPTH or place.name in drawing.state.texts:
        return json_field(drawing, part, value, place)
    if value is ABSENT and place.name in drawing.state.fresh:
        value = default_of(part, must=True)
    if part.schema.get("readOnly") is True:
        words = value if isinstance(value, str) else ""
        return replace(json_field(drawing, part, value, place), kind="fixed", detail=words)
    part = taken(part, value)
    name = kind(part)
    if value is ABSENT and part.repeats and name in ("object", "variant"):
        return replace(basis_of(drawing, part, place, "omitted"), errors=drawing.below(place.loc))
    if value is not ABSENT and not (fits(name, value) and controls.can_hold(name, part, value)):
        return json_field(drawing, part, value, place)
    return _of_kind(drawing, name, part, value, place)


def _of_kind(drawing: Drawing, name: Kind, part: Part, value: Any, place: Place) -> Field:
    basis = basis_of(drawing, part, place, name)
    if name in ("object", "collection"):
        return _object(drawing, part, value, place, basis)
    if name == "list":
        return _list(drawing, part, value, place, basis)
    if name == "variant":
        return _variant(drawing, part, value, place, basis)
    return controls.fill(basis, part, value)


# --- groups


def _object(drawing: Drawing, part: Part, value: Any, place: Place, basis: Field) -> Field:
    given = {} if value is ABSENT else value
    if len(given) + len(part.schema.get("properties") or {}) > drawing.left[0]:
        return json_field(drawing, part, value, place)
    needed = required(part)
    members = [
        _place(drawing, part.inner(schema), given.get(name, ABSENT), place.member(name, must=name in needed))
        for name, schema in properties(part)
        if schema is not False or name in given
    ]
    return replace(
        basis,
        children=(*members, *_entries(drawing, part, given, place)),
        was="1" if value is not ABSENT and not substance(settled(value)) else "",
        text=_left(drawing, place),
        can_add=open_schema(part) is not None,
        detail="" if is_asked_for_more(part) else "quiet",
        can_omit=part.repeats and not place.must,
    )


def _left(drawing: Drawing, place: Place) -> str:
    """Return what the members that a condition took out of the group held, for its `#left`."""
    kept = drawing.state.kept.get(f"{place.name}#left")
    return json_text.write(dict(kept), pretty=False) if kept else ""


def _entries(drawing: Drawing, part: Part, given: Mapping[str, Any], place: Place) -> list[Field]:
    known = part.schema.get("properties") or {}
    names = [name for name in given if name not in known]
    loose = [(str(number), name, given[name]) for number, name in enumerate(names)]
    return [
        _entry(drawing, part, key, typed, value, place)
        for key, typed, value in drawing.state.entries.get(place.name, loose)
    ]


def _entry(drawing: Drawing, part: Part, key: str, typed: str, value: Any, place: Place) -> Field:
    inner = Place(
        entry(place.name, key), typed, member_loc(place.loc, typed), typed, must=True, depth=place.depth + 1
    )
    made = _place(drawing, part.inner(entry_schema(part, typed)), value, inner)
    return replace(made, typed=typed, can_remove=True)


def entry_schema(part: Part, name: str) -> Any:
    """Return the schema of the free member `name`."""
    if extras({name: None}, {"patternProperties": part.schema.get("patternProperties") or {}}):
        more = part.schema.get("additionalProperties", True)
        return True if more is False else more
    return open_schema(part)


# --- lists


def _list(drawing: Drawing, part: Part, value: Any, place: Place, basis: Field) -> Field:
    rows = [] if value is ABSENT else list(value)
    if is_tuple(part):
        rows += [ABSENT] * (len(part.schema["items"]) - len(rows))
    size = table.page_size(part, drawing.left[0])
    if (len(rows) > size and is_tuple(part)) or drawing.left[0] < min(len(rows), 2):
        return json_field(drawing, part, value, place)
    start = _start(drawing, place, len(rows), size)
    made = replace(
        basis,
        children=tuple(_rows(drawing, part, rows, range(start, min(start + size, len(rows))), place)),
        was="1" if value is not ABSENT or place.must else "",
        hints=controls.hints("list", part),
        can_add=_may_grow(part, len(rows)),
        can_paste=table.can_paste(part),
    )
    made = replace(made, columns=_columns(drawing, part, made.children))
    return _windowed(drawing, made, rows, start, size) if len(rows) > size else made


def _start(drawing: Drawing, place: Place, rows: int, size: int) -> int:
    """Return the first row to draw: of the page that was looked at, or of the first one with a problem."""
    wanted = max(0, min(drawing.state.looked_at.get(place.name, 0), rows - 1)) // size * size
    wrong = [at for at in range(rows) if drawing.below(item_loc(place.loc, at))] if rows > size else []
    if not wrong or any(wanted <= at < wanted + size for at in wrong):
        return wanted
    return wrong[0] // size * size


def _windowed(drawing: Drawing, made: Field, rows: list[Any], start: int, size: int) -> Field:
    end = min(len(rows), start + size)
    others = [at for at in range(len(rows)) if not start <= at < end]
    unseen = [
        f"Entry {at + 1}: {message}" for at in others for message in drawing.below(item_loc(made.loc, at))
    ]
    return replace(
        made,
        before=json_text.write(settled(rows[:start]), pretty=False),
        after=json_text.write(settled(rows[end:]), pretty=False),
        position=f"{start + 1:,} to {end:,} of {len(rows):,}",
        turns=table.turns(made.name, len(rows), size, start),
        errors=(*made.errors, *unseen[:MAX_UNSEEN]),
    )


def _columns(drawing: Drawing, part: Part, rows: tuple[Field, ...]) -> tuple[Field, ...]:
    """Return the heads of a table; () where a row holds more than a table can show."""
    found = table.columns(part)
    keys = [name for name, _, _ in found]
    if any(row.kind != "object" or [cell.key for cell in row.children] != keys for row in rows):
        return ()
    if any(not cell.is_leaf or cell.kind in ("json", "textarea") for row in rows for cell in row.children):
        return ()
    wanted = required(part.inner(item_schema(part, 0)))
    return tuple(
        basis_of(drawing, member, Place(name, name, "", title, must=name in wanted), kind(member))
        for name, title, member in found
    )


def _rows(drawing: Drawing, part: Part, rows: list[Any], shown: range, place: Place) -> Iterable[Field]:
    fixed = len(part.schema["items"]) if is_tuple(part) else 0
    keys = drawing.state.rows.get(place.name, [])
    if len(keys) != len(rows) or not all(keys[number] for number in shown):
        keys = [str(number) for number in range(len(rows))]
    title = basis_of(drawing, part, place, "list").title
    index = shown.start
    for number in shown:
        row, key = rows[number], keys[number]
        loc = f"{place.loc}#{key}" if row is ABSENT and not fixed else item_loc(place.loc, index)
        inner = part.inner(item_schema(part, number))
        where = Place(child(place.name, key), str(number), loc, f"{title} {number + 1}", row_must(inner))
        made = _place(drawing, inner, row, replace(where, depth=place.depth + 1))
        yield replace(made, can_remove=number >= fixed)
        index += row is not ABSENT or bool(fixed)


def row_must(part: Part) -> bool:
    """Whether a row is given even when nothing was typed: all but groups, whose empty rows are left out."""
    return kind(part) not in ("object", "collection")


def _may_grow(part: Part, rows: int) -> bool:
    most = part.schema.get("maxItems")
    if isinstance(most, int | float) and rows >= most:
        return False
    if is_tuple(part):
        return part.schema.get("additionalItems", True) is not False
    return part.schema.get("items") is not False


# --- variants


def _variant(drawing: Drawing, part: Part, value: Any, place: Place, basis: Field) -> Field:
    marker = f"{place.name}#variant{place.level}"
    choices = variants(part)
    chosen = drawing.state.chosen.get(marker)
    if chosen is None:
        chosen = first(part, must=place.must) if value is ABSENT else fitting(part, value)
    options = [Option(str(number), choice.title, number == chosen) for number, choice in enumerate(choices)]
    if may_be_left_out(part, must=place.must):
        options.insert(0, Option("-1", "Not given", chosen in (None, -1)))
    inner: tuple[Field, ...] = ()
    if chosen is not None and 0 <= chosen < len(choices):
        branch = choices[chosen].part
        where = replace(place, level=place.level + 1, must=branch_must(branch, must=place.must))
        inner = (_place(drawing, branch, value, where),)
    kept = drawing.state.kept.get(marker)
    return replace(
        basis,
        options=tuple(options),
        children=inner,
        detail=str(place.level),
        text=json_text.write(dict(kept), pretty=False) if kept else "",
        was=str(-1 if chosen is None else chosen),
        errors=() if inner else basis.errors,
    )


def may_be_left_out(part: Part, *, must: bool) -> bool:
    """Whether "not given" is among the variants."""
    return not must and first(part, must=False) is None


def branch_must(branch: Part, *, must: bool) -> bool:
    """Whether a chosen variant's value is given even when nothing was typed into it."""
    name = kind(branch)
    return must or name == "const" or name not in SIMPLE
