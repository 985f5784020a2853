"""What changed between two versions of a flow: by state, on the diagram, and line by line."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any, Final

from flowlang import diagram
from flowlang.compare import Comparison, compare
from flowlang.definition import parse
from flowlang.problems import JSON
from ide.access import draft_of_flow
from library.access import is_administrator
from library.models import Flow, FlowVersion
from library.private import without_private
from library.publish import current_version, publish, text_of
from wire.errors import NotFound
from wire.models import User

DRAFT: Final = "draft"
MOST_LINES: Final = 4_000
MOST_SHOWN_LINES: Final = 2_000
_CONTEXT_LINES: Final = 3
_KINDS: Final = {"+": "added", "-": "removed", "@": "place"}


@dataclass(frozen=True, slots=True)
class Edition:
    """The texts of one version, or of a draft, as somebody may read them."""

    name: str
    source: str
    schema_source: str
    number: int | None = None

    @property
    def definition(self) -> JSON:
        return parse(self.source).value


def edition(user: User, flow: Flow, wanted: str) -> Edition:
    """Return a version by its number, or what is not yet published, by "draft". Raises NotFound."""
    if wanted != DRAFT:
        return _version(user, flow, wanted)
    draft = draft_of_flow(user, flow)
    if draft is None:
        raise NotFound("There is no draft of this flow. Choose one of its versions.")
    return Edition("the draft", draft.source, draft.schema_source)


def _version(user: User, flow: Flow, wanted: str) -> Edition:
    found = flow.versions.filter(number=int(wanted)).first() if _is_number(wanted) else None
    if found is None:
        raise NotFound(f'The flow "{flow.title}" has no version {wanted[:20]}.')
    shown = found.definition if is_administrator(user, flow) else without_private(found.definition)
    source = found.source if shown == found.definition else text_of(shown)
    return Edition(f"version {found.number}", source, found.schema_source, found.number)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 8


def compared(old: Edition, new: Edition) -> dict[str, Any]:
    """Return what the page of the differences shows."""
    found = compare(old.definition, new.definition)
    return {
        "old": old,
        "new": new,
        "comparison": found,
        "pictures": [
            _picture(old.definition, _old_marks(found)),
            _picture(new.definition, _new_marks(found)),
        ],
        "texts": [
            ("Definition", _lines(old.source, new.source)),
            ("Input schema", _lines(old.schema_source, new.schema_source)),
        ],
    }


def _old_marks(found: Comparison) -> dict[str, str]:
    return {one.old_name: one.change for one in found.states if one.change != "added"}


def _new_marks(found: Comparison) -> dict[str, str]:
    return {one.name: one.change for one in found.states if one.change != "removed"}


def _picture(definition: JSON, marks: dict[str, str]) -> dict[str, Any] | None:
    if not isinstance(definition, dict):
        return None
    states = diagram.states(definition)
    statuses = {one["index"]: marks[one["name"]] for one in states if one["name"] in marks}
    return {"dot": diagram.to_dot(definition), "states": states, "statuses": statuses}


def _lines(old: str, new: str) -> list[tuple[str, str]] | None:
    """Return (kind, line) of a line-by-line comparison; None when the texts are too long for one."""
    before, after = old.splitlines(), new.splitlines()
    if max(len(before), len(after)) > MOST_LINES:
        return None
    found = list(difflib.unified_diff(before, after, lineterm="", n=_CONTEXT_LINES))[2:]
    return [(_KINDS.get(line[:1], "same"), line) for line in found[:MOST_SHOWN_LINES]]


def restore(user: User, flow: Flow, number: str) -> FlowVersion:
    """Publish an earlier version again, as a new one: none goes. Raises NotFound, Unprocessable."""
    old = _version(user, flow, number)
    message = f"Restored from {old.name}"
    return publish(flow, old.source, old.schema_source, user, message)


def choice(user: User, flow: Flow, query: Any) -> tuple[Edition, Edition]:
    """Return (old, new): what is asked for; by default the current version and the one before it."""
    current = current_version(flow).number
    new = edition(user, flow, str(query.get("to") or current))
    before = max((new.number or current + 1) - 1, 1)
    return edition(user, flow, str(query.get("from") or before)), new
