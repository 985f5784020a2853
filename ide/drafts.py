"""Keeping what an author types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from flowlang.definition import MAX_TEXT_BYTES
from ide.access import draft_of_flow
from ide.models import Draft
from library.models import Flow
from wire.errors import BadRequest, PayloadTooLarge, StateConflict
from wire.models import User

MAX_TITLE = 128


@dataclass(frozen=True, slots=True)
class Texts:
    """What stands in the editor."""

    definition: str
    input_schema: str
    title: str = ""


def texts(body: Mapping[str, Any]) -> Texts:
    """Return the texts in a request's body. Raises BadRequest, PayloadTooLarge."""
    found = Texts(*(_text(body, name) for name in ("definition", "input_schema", "title")))
    if len(found.title) > MAX_TITLE:
        raise BadRequest(f"The title has {len(found.title)} characters; {MAX_TITLE} are allowed.")
    return found


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise BadRequest(f'"{name}" must be a string: the text as it stands in the editor.')
    size = len(value.encode())
    if size > MAX_TEXT_BYTES:
        raise PayloadTooLarge(f'"{name}" has {size:,} bytes; {MAX_TEXT_BYTES:,} are allowed.')
    return value


def begin(author: User, content: Texts, flow: Flow | None = None, base: int = 0) -> Draft:
    """Return a new draft. Raises StateConflict when the author has one of this flow already."""
    try:
        with transaction.atomic():
            return Draft.objects.create(
                author=author,
                flow=flow,
                base=base,
                title=content.title,
                source=content.definition,
                schema_source=content.input_schema,
            )
    except IntegrityError as error:
        raise StateConflict(
            "You have a draft of this flow already, begun in another window. Load it, or save over it."
        ) from error


def save(draft: Draft, content: Texts, *, revision: int | None, base: int | None = None) -> Draft:
    """Keep the texts of a draft.

    revision  the one that the page has last seen; None saves over whatever there is
    base      the version of the flow that the texts go on from now, if another one: they were merged
    Raises    StateConflict when another window has saved since
    """
    unchanged = Draft.objects.filter(pk=draft.pk)
    if revision is not None:
        unchanged = unchanged.filter(revision=revision)
    draft.revision = (revision if revision is not None else draft.revision) + 1
    draft.saved_at = timezone.now()
    draft.base = draft.base if base is None else base
    done = unchanged.update(
        title=content.title,
        source=content.definition,
        schema_source=content.input_schema,
        base=draft.base,
        revision=draft.revision,
        saved_at=draft.saved_at,
    )
    if not done:
        raise StateConflict("This draft was changed in another window. Load that text, or save over it.")
    return draft


def discard(draft: Draft) -> None:
    draft.delete()


def discard_of_flow(author: User, flow: Flow) -> None:
    """Forget what `author` typed of `flow`: it was published."""
    draft = draft_of_flow(author, flow)
    if draft:
        discard(draft)
