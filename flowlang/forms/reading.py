"""From what a form posts to the value that it means.

Names are JSON pointers (`values.child`). Markers beside them:
  <name>#was       how the value stood: whether blank is "nothing" or "empty"
  <name>#json      the value as JSON text; whoever draws it there says that no other control speaks for it
  <name>#item      the keys of a list's rows, in order
  <name>#before, #after   JSON of a long list's rows that are not drawn; #look: which row to draw next
  <name>#paste     a table of which the rows are to be added
  <name>#entry     the keys of a group's free members, in order; <entry>#key is the typed name of one
  <name>#offset    a moment's offset
  <name>#left      what the members that a condition took out of the form held
  <name>#variantN, #shownN, #keptN    which variant is wanted, which one the posted controls belong to, and
                   what was typed into the others
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from flowlang.forms import arrivals
from flowlang.forms.conditions import is_conditional, taken, widened
from flowlang.forms.defaults import default_of
from flowlang.forms.draft import Draft
from flowlang.forms.draw import branch_must, entry_schema, row_must
from flowlang.forms.field import State
from flowlang.forms.kinds import kind, variants
from flowlang.forms.parts import Part, is_tuple, item_schema, properties, required, whole
from flowlang.forms.posted import (
    Place,
    Posted,
    boolean,
    chosen_values,
    index_at,
    is_switched,
    json_value,
    kept_of,
    places_of,
    rows_of,
    single,
)
from flowlang.forms.table import MAX_PASTED_ROWS, TOO_MANY_PASTED, pasted, without_holes
from flowlang.forms.validation import is_valid, problem
from flowlang.forms.values import ABSENT, child, entry, item_loc, member_loc, settled, substance

_MAX_DEPTH: Final = 24


def read(schema: Any, items: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the input that the posted pairs mean; what cannot be read stays out, or text."""
    return read_draft(schema, items).body


def read_draft(schema: Any, items: Iterable[tuple[str, str]], fresh: Iterable[str] = ()) -> Draft:
    """Return the draft that the posted pairs mean; never raises, whatever was posted.

    1. Walk the schema, never the names: a name that the schema does not lead to is not looked at.
    2. A blank text is a value left out, unless `#was` says that it was "" before.
    3. A number that is none stays text, so that validation finds it and the form shows it again.

    fresh   places that were just added (`actions.apply`)
    """
    texts: dict[str, list[str]] = {}
    for name, text in items:
        texts.setdefault(name, []).append(text.replace("\r\n", "\n"))
    posted = Posted(texts, places_of(texts), fresh=frozenset(fresh))
    part = whole(schema)
    value = _value(posted, part.but({**part.schema, "type": "object"}), Place("", "$", must=True))
    state = State(
        posted.unread, posted.chosen, posted.kept, posted.rows, posted.looked_at, posted.entries, posted.fresh
    )
    told = [*posted.problems, *posted.notes]
    return Draft(value if isinstance(value, dict) else {}, state, told, bool(posted.problems))


def _value(posted: Posted, part: Part, place: Place) -> Any:
    if place.name not in posted.places or place.depth + place.level > _MAX_DEPTH:
        return ABSENT
    if is_conditional(part):
        return _conditional(posted, part, place)
    return _settled_value(posted, part, place)


def _conditional(posted: Posted, part: Part, place: Place) -> Any:
    """Return a value where the schema hangs on the value itself.

    1. Read the members of all branches, once.
    2. Find the branches that these bring about: in the end the ones whose members do not change them.
    3. Set aside what stands in other branches; add what the new ones begin with.
    """
    wide = widened(part)
    value = _settled_value(posted, wide, place)
    if not isinstance(value, dict):
        return value if value is ABSENT else _settled_value(posted, taken(part, value), place)
    shown, given = arrivals.agreed(posted, part, place, value)
    given = _read_again(posted, wide, shown, place, given)
    return arrivals.arrived(posted, part, shown, place, given)


def _read_again(posted: Posted, wide: Part, shown: Part, place: Place, given: dict[str, Any]) -> Any:
    """Read anew the members of which a branch says something else, or that it requires."""
    before, found = dict(properties(wide)), dict(given)
    newly = required(shown) - required(wide)
    for name, schema in properties(shown):
        is_as_before = before.get(name) == schema and name not in newly
        if is_as_before or child(place.name, name) not in posted.places or posted.rounds_left <= 0:
            continue
        posted.rounds_left -= 1
        where = place.at(child(place.name, name), member_loc(place.loc, name), must=name in required(shown))
        value = _value(posted, shown.inner(schema), where)
        found.pop(name, None)
        found |= {} if value is ABSENT else {name: value}
    return found


def _settled_value(posted: Posted, part: Part, place: Place) -> Any:
    is_variant = kind(part) == "variant"
    if is_variant and is_switched(posted, place):
        return _switched(posted, part, place)
    if f"{place.name}#json" in posted.texts:
        return json_value(posted, place)
    if is_variant:
        return _variant(posted, part, place)
    if part.schema.get("readOnly") is True:
        return ABSENT
    return _of_kind(posted, part, place)


def _of_kind(posted: Posted, part: Part, place: Place) -> Any:
    name = kind(part)
    if name in ("object", "collection"):
        return _object(posted, part, place)
    if name == "list":
        return _list(posted, part, place)
    if name == "boolean":
        return boolean(posted, place)
    if name == "const":
        return part.schema.get("const") if posted.last(place.name) else ABSENT
    if name == "choices":
        return chosen_values(posted, part, place)
    return single(posted, part, place)


# --- groups


def _object(posted: Posted, part: Part, place: Place) -> Any:
    needed = required(part)
    found: dict[str, Any] = {}
    for name, schema in properties(part):
        where = place.at(child(place.name, name), member_loc(place.loc, name), must=name in needed)
        value = _value(posted, part.inner(schema), where)
        if value is not ABSENT:
            found[name] = value
    if f"{place.name}#entry" in posted.texts:
        found |= _entries(posted, part, place, found)
    if place.must or posted.last(f"{place.name}#was"):
        return found
    return ABSENT if not substance(settled(found)) or _is_untouched(part, found) else found


def _is_untouched(part: Part, found: dict[str, Any]) -> bool:
    """Whether an optional group is to be left out: nobody touched it, so nothing in it is missing.

    Where it has defaults it is given nevertheless, if they are all that it needs.
    """
    given, begun = settled(found), settled(default_of(part, must=False))
    if substance(given) != substance({} if begun is ABSENT else begun):
        return False
    return begun is ABSENT or not is_valid(part.schema, given, part.root)


def _entries(posted: Posted, part: Part, place: Place, taken: dict[str, Any]) -> dict[str, Any]:
    rows: list[tuple[str, str, Any]] = []
    found: dict[str, Any] = {}
    for key in dict.fromkeys(posted.texts[f"{place.name}#entry"]):
        name = entry(place.name, key)
        typed = posted.last(f"{name}#key")
        value = _entry(posted, part, place.at(name, member_loc(place.loc, typed), must=True), typed)
        rows.append((key, typed, value))
        if typed in taken or typed in found:
            posted.problems.append(
                problem(place.loc, f"The name “{typed}” is used twice. Change one of them.")
            )
        elif not typed and value is not ABSENT:
            posted.problems.append(problem(place.loc, "A value has no name. Give it one, or remove it."))
        elif typed:
            found[typed] = value
    posted.entries[place.name] = rows
    return {typed: value for typed, value in found.items() if value is not ABSENT}


def _entry(posted: Posted, part: Part, place: Place, typed: str) -> Any:
    inner = part.inner(entry_schema(part, typed))
    value = _value(posted, inner, place)
    if value is not ABSENT or not typed:
        return value
    return "" if _means_empty(posted, inner, place) else ABSENT


def _means_empty(posted: Posted, part: Part, place: Place) -> bool:
    """Whether a blank value means the empty text: whoever gives a text a name and leaves it blank does."""
    choices = variants(part) if kind(part) == "variant" else []
    chosen = posted.chosen.get(f"{place.name}#variant{place.level}", -1)
    shown = choices[chosen].part if 0 <= chosen < len(choices) else part
    is_text = kind(shown) in ("text", "textarea") and place.name in posted.texts
    return is_text and is_valid(shown.schema, "", part.root)


def _list(posted: Posted, part: Part, place: Place) -> Any:
    keys = list(dict.fromkeys(posted.texts.get(f"{place.name}#item", ())))
    before, after = rows_of(posted, f"{place.name}#before"), rows_of(posted, f"{place.name}#after")
    rows: list[Any] = []
    given = len(before)
    for number_of_row, key in enumerate(keys, len(before)):
        inner = part.inner(item_schema(part, number_of_row))
        index = number_of_row if is_tuple(part) else given
        where = place.at(child(place.name, key), item_loc(place.loc, index), must=row_must(inner))
        rows.append(_value(posted, inner, where))
        given += rows[-1] is not ABSENT
    if is_tuple(part):
        rows = without_holes(rows)
    posted.rows[place.name] = [*("" for _ in before), *keys, *("" for _ in after)]
    posted.looked_at[place.name] = len(before)
    rows = _looked_at(posted, part, place, [*before, *rows, *after], len(before) + len(keys))
    is_given = place.must or posted.last(f"{place.name}#was")
    return rows if rows or is_given else ABSENT


def _looked_at(posted: Posted, part: Part, place: Place, rows: list[Any], end: int) -> list[Any]:
    """Do what the buttons of a long list ask for: look at other rows, add one at the end, paste some."""
    look, keys = posted.last(f"{place.name}#look"), posted.rows[place.name]
    if look == "paste":
        rows = [row for row in rows if row is not ABSENT and row != {}]
        posted.looked_at[place.name] = len(rows)
        posted.rows.pop(place.name)
        new = pasted(part, posted.last(f"{place.name}#paste"))
        posted.notes += [problem(place.loc, TOO_MANY_PASTED)] if len(new) > MAX_PASTED_ROWS else []
        return [*rows, *new[:MAX_PASTED_ROWS]]
    if look.isdecimal() and len(look) < 8:
        posted.looked_at[place.name] = int(look)
    if end and child(place.name, keys[end - 1]) in posted.fresh:
        rows.append(rows.pop(end - 1))
        keys.append(keys.pop(end - 1))
        posted.looked_at[place.name] = len(rows) - 1
    return rows


# --- variants


def _variant(posted: Posted, part: Part, place: Place) -> Any:
    marker = f"{place.name}#variant{place.level}"
    choices = variants(part)
    chosen = index_at(posted, marker, 0)
    if not -1 <= chosen < len(choices):
        return ABSENT
    posted.chosen[marker] = chosen
    posted.kept[marker] = kept_of(posted, place)
    return _branch(posted, choices[chosen].part, place) if chosen >= 0 else ABSENT


def _branch(posted: Posted, branch: Part, place: Place) -> Any:
    return _value(posted, branch, place.branch(must=branch_must(branch, must=place.must)))


def _switched(posted: Posted, part: Part, place: Place) -> Any:
    marker = f"{place.name}#variant{place.level}"
    choices = variants(part)
    shown, wanted = index_at(posted, f"{place.name}#shown{place.level}", -1), index_at(posted, marker, -1)
    if not (-1 <= wanted < len(choices) and -1 <= shown < len(choices)):
        return ABSENT
    old = _branch(posted, choices[shown].part, place) if shown >= 0 else ABSENT
    posted.forget(place.name, place.level)
    kept = kept_of(posted, place)
    if old is not ABSENT:
        kept[str(shown)] = settled(old)
    posted.chosen[marker], posted.kept[marker] = wanted, kept
    if wanted < 0:
        return ABSENT
    posted.notes.append(problem(place.loc, f"“{choices[wanted].title}” was chosen: look at its fields."))
    value = kept.pop(str(wanted), ABSENT)
    return _carried(choices[wanted].part, old) if value is ABSENT else value


def _carried(branch: Part, old: Any) -> Any:
    """Return what a variant begins with: its defaults, and what was already typed under the same names."""
    if old is not ABSENT and not isinstance(old, dict) and is_valid(branch.schema, settled(old), branch.root):
        return old
    value = default_of(branch, must=True)
    if not isinstance(value, dict) or not isinstance(old, dict):
        return value
    known = {name: branch.inner(schema) for name, schema in properties(branch)}
    same = {
        name: typed
        for name, typed in settled(old).items()
        if name in known and is_valid(known[name].schema, typed, branch.root)
    }
    return {**value, **same}
