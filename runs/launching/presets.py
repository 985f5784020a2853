"""Presets: inputs with a name. One's own, and those that a flow's administrators share with its starters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from flowlang.forms.secret import without_secrets
from flowlang.problems import FlowError
from flowlang.sizes import encode_within_limit
from library.access import is_administrator
from library.models import Flow, FlowVersion
from runs import clock
from runs.access import Person
from runs.models import Preset
from wire.models import User

LONGEST_NAME: Final = 64
MOST: Final = 100  # of one person for one flow, and shared with one flow
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Asked:
    """What somebody filled in to save a preset."""

    name: str = ""
    is_shared: bool = False
    may_replace: bool = False
    fault: str = ""
    is_taken: bool = False


def visible_to(user: Person, flow_id: UUID) -> QuerySet[Preset]:
    """Return the presets of a flow for somebody who may start it: the shared ones and their own, by name."""
    mine = Preset.objects.filter(Q(is_shared=True) | Q(owner=user.pk), flow=flow_id)
    return mine.select_related("owner").order_by("is_shared", "name", "pk")


def found(user: Person, flow_id: UUID, preset_id: str) -> Preset | None:
    try:
        return visible_to(user, flow_id).filter(pk=UUID(preset_id)).first()
    except ValueError:
        return None


def may_change(user: Person, flow: Flow, preset: Preset) -> bool:
    """Whether `user` may delete the preset: their own, or a shared one of a flow that they administer."""
    return preset.owner_id == user.pk or (preset.is_shared and is_administrator(user, flow))


def save(user: User, version: FlowVersion, asked: Asked, body: dict[str, Any]) -> tuple[Preset | None, Asked]:
    """Store `body` without its secrets under a name; None and what is wrong when that cannot be."""
    name = " ".join(asked.name.split())
    fault = _fault_of_name(name) or _fault_of_rights(user, version.flow, asked)
    if fault:
        return None, _wrong(asked, fault)
    try:
        text = encode_within_limit(without_secrets(version.input_schema, body), "The input").decode()
    except FlowError as error:
        return None, _wrong(asked, error.cause)
    return _stored(user, version, Asked(name, asked.is_shared, asked.may_replace), text)


def _fault_of_name(name: str) -> str:
    if not name:
        return "Give the preset a name."
    if len(name) > LONGEST_NAME or _CONTROL.search(name):
        return f"A name has at most {LONGEST_NAME} characters, none of them control characters."
    return ""


def _fault_of_rights(user: User, flow: Flow, asked: Asked) -> str:
    if asked.is_shared and not is_administrator(user, flow):
        return "Only the flow's administrators may share a preset with everybody who may start it."
    return ""


def _wrong(asked: Asked, fault: str, *, is_taken: bool = False) -> Asked:
    return Asked(asked.name, asked.is_shared, asked.may_replace, fault, is_taken)


def _stored(user: User, version: FlowVersion, asked: Asked, text: str) -> tuple[Preset | None, Asked]:
    others = Preset.objects.filter(flow=version.flow_id, is_shared=asked.is_shared)
    mine = others if asked.is_shared else others.filter(owner=user)
    values = {"input": text, "edited_at": clock.now()}
    taken = mine.filter(name=asked.name)
    if asked.may_replace and taken.update(**values):
        return taken.get(), Asked()
    if taken.exists():
        return None, _wrong(asked, f"There is a preset “{asked.name}” already.", is_taken=True)
    if mine.count() >= MOST:
        return None, _wrong(asked, f"There are {MOST} presets, the most there may be. Delete one.")
    try:
        with transaction.atomic():
            made = Preset.objects.create(
                flow_id=version.flow_id, owner=user, name=asked.name, is_shared=asked.is_shared, **values
            )
    except IntegrityError:  # somebody has just taken the name
        return None, _wrong(asked, f"There is a preset “{asked.name}” already.", is_taken=True)
    return made, Asked()


def share(user: User, flow: Flow, preset: Preset, *, shared: bool) -> str:
    """Share a preset with all who may start the flow, or take it back; return what is wrong, or ""."""
    if not is_administrator(user, flow):
        return "Only the flow's administrators may share a preset with everybody who may start it."
    preset.is_shared = shared
    try:
        with transaction.atomic():
            preset.save(update_fields=["is_shared"])
    except IntegrityError:
        return f"There is another preset “{preset.name}” there. Delete one of them first."
    return ""


def first_words(preset: Preset) -> str:
    """Return the first values of a preset in one line."""
    value = orjson.loads(preset.input)
    told = [f"{name}: {orjson.dumps(member).decode()}" for name, member in list(value.items())[:3]]
    line = ", ".join(told) or "nothing filled in"
    return line if len(line) <= 100 else f"{line[:99]}…"
