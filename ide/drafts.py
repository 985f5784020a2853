"""Keeping what an author types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from flowlang.definition import MAX_TEXT_BYTES
from ide.models import Draft
from library.models import Flow
from wire.errors import BadRequest, PayloadTooLarge, StateConflict
from wire.models import User

MAX_TITLE = 128
_SAVED = ["title", "source", "schema_source", "base", "revision", "saved_by", "saved_at"]


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
    """Return a new draft. Raises StateConflict when there is one of this flow already."""
    try:
        with transaction.atomic():
            return Draft.objects.create(
                author=author,
                saved_by=author,
                flow=flow,
                base=base,
                title=content.title,
                source=content.definition,
                schema_source=content.input_schema,
            )
    except IntegrityError as error:
        other = Draft.objects.filter(flow=flow).select_related("saved_by").first()
        raise StateConflict(
            f"{_whom(other, author)} has begun a draft of this flow already. Bring both texts together, "
            "load that one, or save yours over it."
        ) from error


def save(
    draft: Draft, content: Texts, *, author: User, revision: int | None, base: int | None = None
) -> Draft:
    """Keep the texts of a draft.

    revision  the one that the page has last seen; None saves over whatever there is: what somebody else
              has saved is then set aside as a draft of their own
    base      the version of the flow that the texts go on from now, if another one: they were merged
    Raises    StateConflict when somebody has saved since
    """
    with transaction.atomic():
        now = Draft.objects.select_for_update().filter(pk=draft.pk).first()
        if now is None or (revision is not None and now.revision != revision):
            raise _changed(draft, author)
        if revision is None:
            _set_aside(now, author)
        now.title, now.source, now.schema_source = content.title, content.definition, content.input_schema
        now.base = now.base if base is None else base
        now.revision, now.saved_by, now.saved_at = now.revision + 1, author, timezone.now()
        now.save(update_fields=_SAVED)
    return now


def _changed(draft: Draft, author: User) -> StateConflict:
    now = Draft.objects.filter(pk=draft.pk).select_related("saved_by").first()
    return StateConflict(
        f"{_whom(now, author)} has changed this draft. Bring both texts together, load that one, "
        "or save yours over it."
    )


def _whom(draft: Draft | None, author: User) -> str:
    """Name whoever saved a draft last, as the first word of a sentence."""
    if draft is None or draft.saved_by is None or draft.saved_by == author:
        return "Another window"
    return draft.saved_by.get_username()


def _set_aside(draft: Draft, author: User) -> None:
    """Keep what is saved over for whoever saved it."""
    if draft.saved_by is None or draft.saved_by == author:
        return
    title = f"Saved over: {draft.flow.title if draft.flow else draft.title}"[:MAX_TITLE]
    begin(draft.saved_by, Texts(draft.source, draft.schema_source, title))


def discard(draft: Draft, *, author: User, revision: int | None = None) -> None:
    """Forget a draft. Raises StateConflict when somebody has saved since `revision`."""
    with transaction.atomic():
        found = Draft.objects.select_for_update().filter(pk=draft.pk)
        if revision is not None and not found.filter(revision=revision).exists():
            raise _changed(draft, author)
        found.delete()


def published(flow: Flow, content: Texts, revision: int | None) -> None:
    """Forget the draft of a flow when it is what was published; what somebody has saved since stays.

    revision  the one that the page has last seen
    """
    with transaction.atomic():
        found = Draft.objects.select_for_update().filter(flow=flow)
        same = Q(source=content.definition, schema_source=content.input_schema)
        found.filter(same | Q(revision=revision)).delete()
