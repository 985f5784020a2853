"""Two people's texts brought together: what each has changed, by state, and the edits that take both."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from django.template.loader import render_to_string

from flowlang.definition import Document, parse
from flowlang.editing_patch import patch
from flowlang.merging import ABSENT, Part, Side, changed_parts, merged
from flowlang.problems import JSON, Loc
from ide.drafts import Texts
from library.publish import text_of
from wire.errors import BadRequest

NAMES: Final = ("definition", "input_schema")
TITLES: Final = {"definition": "Definition", "input_schema": "Input schema"}
_MOST_CHARACTERS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Meeting:
    """Three texts of each document: what both began with, and what each made of it."""

    base: Texts
    mine: Texts
    theirs: Texts


def answer(meeting: Meeting, who: str, choices: Any) -> dict[str, Any]:
    """Return {"html", "conflicts", "edits"}: what is to be chosen, and the edits of my texts that merge them.

    who      whose the other text is, for the page
    choices  {document: {loc as JSON text: "mine" or "theirs"}}
    """
    rows, edits = list[dict[str, Any]](), dict[str, list[dict[str, Any]]]()
    for name in NAMES:
        texts = [cast(str, getattr(side, name)) for side in (meeting.base, meeting.mine, meeting.theirs)]
        chosen = _choices(choices, name)
        found = _Document(*texts)
        rows += [_row(name, part) for part in found.parts]
        edits[name] = found.edits(chosen)
    rows.sort(key=lambda row: row["part"].fate != "both")
    conflicts = sum(row["part"].fate == "both" for row in rows)
    html = render_to_string("ide/_merge_parts.html", {"rows": rows, "who": who, "conflicts": conflicts})
    return {"html": html, "conflicts": conflicts, "edits": edits}


class _Document:
    """One document of three; where a text is no JSON, the text as a whole is what is merged."""

    def __init__(self, base: str, mine: str, theirs: str) -> None:
        self.text = mine
        found = [parse(text if text.strip() else "{}") for text in (base, mine, theirs)]
        self.mine, self.is_json = found[1], all(one.is_json for one in found)
        self.values: tuple[JSON, JSON, JSON] = (base, mine, theirs)
        if self.is_json:
            self.values = (found[0].value, found[1].value, found[2].value)
        self.parts = changed_parts(*self.values)

    def edits(self, choices: Mapping[Loc, Side]) -> list[dict[str, Any]]:
        base, mine, theirs = self.values
        value = merged(base, mine, theirs, choices)
        if value == mine:
            return []
        if self.is_json and self.text.strip():
            return [_edit(self.mine, one.start, one.end, one.text) for one in patch(self.mine, value)]
        text = value if isinstance(value, str) else text_of(value)
        return [{"from": 0, "to": len(self.text.encode("utf-16-le")) // 2, "insert": text}]


def _edit(document: Document, start: int, end: int, text: str) -> dict[str, Any]:
    return {"from": document.utf16(start), "to": document.utf16(end), "insert": text}


def _choices(choices: Any, name: str) -> dict[Loc, Side]:
    given = choices.get(name, {}) if isinstance(choices, dict) else {}
    if not isinstance(given, dict) or any(side not in ("mine", "theirs") for side in given.values()):
        raise BadRequest('"choices" must be an object: document -> place -> "mine" or "theirs".')
    return {_place(key): side for key, side in given.items()}


def _place(key: str) -> Loc:
    found = parse(key)  # bounded in depth, which `json.loads` is not
    steps = found.value if found.is_json else None
    names = [step for step in steps if isinstance(step, str | int)] if isinstance(steps, list) else []
    if names != steps:
        raise BadRequest(f'"choices" must name places as JSON lists of names; one is {key[:60]!r}.')
    return tuple(names)


def _row(name: str, part: Part) -> dict[str, Any]:
    words = part.loc[-1] if part.loc else "The whole text"
    return {
        "part": part,
        "document": name,
        "key": json.dumps(list(part.loc)),
        "title": f"{'State ' if part.loc[:1] == ('States',) else ''}{words}",
        "about": TITLES[name],
        "base": _text(part.base),
        "mine": _text(part.mine),
        "theirs": _text(part.theirs),
    }


def _text(value: object) -> str:
    if value is ABSENT:
        return "(not there)"
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}\n…"
