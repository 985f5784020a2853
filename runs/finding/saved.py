"""Saved views: searches with a name, each person's own."""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from runs.finding.asking import Asked
from runs.finding.tables import RunView
from wire.errors import NotFound
from wire.models import User

LONGEST_NAME: Final = 64
MOST: Final = 50
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


def of(user: User) -> QuerySet[RunView]:
    """Return the views of a person, by name."""
    return RunView.objects.filter(owner=user.pk).order_by("name", "pk")


def view_of(user: User, view_id: UUID) -> RunView:
    """Return one of a person's views. Raises NotFound."""
    view = of(user).filter(pk=view_id).first()
    if view is None:
        raise NotFound(f"No View exists with id value {view_id}.")
    return view


def save(user: User, name: str, asked: Asked) -> str:
    """Keep a search under a name, in place of the one that had it; return what is wrong, or ""."""
    name = " ".join(name.split())
    fault = _fault(name)
    if fault or asked.fault:
        return fault or f"The search cannot be read, so it is not saved: {asked.fault}"
    values = {"words": asked.words, "order": asked.order}
    if of(user).filter(name=name).update(**values):
        return ""
    if of(user).count() >= MOST:
        return f"You have {MOST} saved views, the most there may be. Delete one."
    RunView.objects.get_or_create(owner=user, name=name, defaults=values)
    return ""


def rename(view: RunView, name: str) -> str:
    """Give a view another name; return what is wrong, or ""."""
    view.name = " ".join(name.split())
    fault = _fault(view.name)
    if fault:
        return fault
    try:
        with transaction.atomic():
            view.save(update_fields=["name"])
    except IntegrityError:
        return f"You have a view “{view.name}” already. Delete it first, or choose another name."
    return ""


def _fault(name: str) -> str:
    if not name:
        return "Give the view a name."
    if len(name) > LONGEST_NAME or _CONTROL.search(name):
        return f"A name has at most {LONGEST_NAME} characters, none of them control characters."
    return ""
