"""Making flows and their versions. Every definition that is published passes the one checker first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from flowlang.check import DATA_FLOW, Checked, check_text, error_items
from flowlang.problems import JSON
from library import search
from library.models import Flow, FlowRole, FlowVersion
from providers import registry
from wire.errors import FlowInvalid, StateConflict, Unprocessable
from wire.models import User

Item = dict[str, Any]


def faults(source: str, schema_source: str = "{}") -> tuple[Checked, list[Item]]:
    """Return the checker's answer, and its errors as the API reports them; warnings never refuse."""
    answer = check_text(source, schema_source, registry.schemas(), registry.results())
    return answer, error_items(answer.problems)


def refuse(items: list[Item]) -> None:
    """Raise Unprocessable when there are any faults; FlowInvalid when all are about reading run data."""
    if items:
        error = FlowInvalid if all(item.get("type") == DATA_FLOW for item in items) else Unprocessable
        raise error(items, summary(items))


def summary(items: list[Item]) -> str:
    """Return the one-line message of a 422 (source: flow-language, Error envelope)."""
    plural = "" if len(items) == 1 else "s"
    shown = " ; ".join(f"{path_text(item['loc'])}: {item['msg']}" for item in items[:5])
    return f"{len(items)} validation error{plural} in body. {shown}"


def path_text(loc: Iterable[str | int]) -> str:
    """Return a loc as a JSON path, e.g. $.definition.States['my step'].Next."""
    return "$" + "".join(_step(part) for part in loc)


def _step(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    if any(mark in part for mark in "[]'\"\\."):
        escaped = part.replace("\\", "\\\\").replace("'", "\\'")
        return f"['{escaped}']"
    return f".{part}"


def text_of(document: JSON) -> str:
    """Return a document that came as JSON values as the text that is stored and edited."""
    return json.dumps(document, indent=2, ensure_ascii=False)


def create_flow(owner: User, title: str, source: str, schema_source: str = "{}", **metadata: Any) -> Flow:
    """Return a new flow with its first version.

    metadata   further fields of Flow, and `roles`: role -> principals
    Raises     Unprocessable with what `check` calls errors
    """
    roles: Mapping[str, list[str]] = metadata.pop("roles", {})
    answer, items = faults(source, schema_source)
    refuse(items)
    with transaction.atomic():
        flow = Flow.objects.create(title=title, owner=owner, creator=owner, **metadata)
        _add_version(flow, answer, (source, schema_source, owner, ""))
        set_roles(flow, roles)
        search.remember(flow)
    return flow


def publish(
    flow: Flow, source: str, schema_source: str, by: User, message: str = "", *, after: int | None = None
) -> FlowVersion:
    """Return the flow's new version; the current one when both texts are what it holds already.

    after   the version that it goes on from; None: whichever there is
    Raises  Unprocessable with what `check` calls errors; StateConflict when there is a version after `after`
    """
    current = current_version(flow)
    if (current.source, current.schema_source) == (source, schema_source):
        return current
    answer, items = faults(source, schema_source)
    refuse(items)
    with transaction.atomic():
        Flow.objects.select_for_update().get(pk=flow.pk)  # two authors get two numbers
        _refuse_late(flow, after)
        version = _add_version(flow, answer, (source, schema_source, by, message))
        touch(flow)
    return version


def _refuse_late(flow: Flow, after: int | None) -> None:
    newest = current_version(flow)
    if after is not None and newest.number != after:
        raise StateConflict(
            f"Version {newest.number} was published by {newest.created_by.get_username()} after you began "
            f"with version {after}. Look at it first, or publish yours over it."
        )


def _add_version(flow: Flow, answer: Checked, content: tuple[str, str, User, str]) -> FlowVersion:
    source, schema_source, by, message = content
    last = flow.versions.aggregate(last=Max("number"))["last"] or 0
    return FlowVersion.objects.create(
        flow=flow,
        number=last + 1,
        source=source,
        schema_source=schema_source,
        states=answer.states,
        created_by=by,
        message=message[:200],
    )


def current_version(flow: Flow) -> FlowVersion:
    """Return what the flow does now."""
    return flow.versions.select_related("created_by").latest("number")


def current_versions(flows: Iterable[Flow]) -> dict[UUID, FlowVersion]:
    """Return flow id -> current version, for a page of flows, in two queries."""
    ids = [flow.pk for flow in flows]
    newest = FlowVersion.objects.filter(flow__in=ids).values("flow").annotate(newest=Max("pk"))
    versions = FlowVersion.objects.filter(pk__in=[row["newest"] for row in newest])
    return {version.flow_id: version for version in versions}


@transaction.atomic
def change(flow: Flow, values: Mapping[str, Any], roles: Mapping[str, list[str]]) -> None:
    """Store new metadata; only what is given changes."""
    for name, value in values.items():
        setattr(flow, name, value)
    flow.save(update_fields=list(values))
    set_roles(flow, roles)
    touch(flow)
    search.remember(flow)


def set_roles(flow: Flow, roles: Mapping[str, list[str]]) -> None:
    """Replace the given role lists as a whole."""
    FlowRole.objects.filter(flow=flow, role__in=roles).delete()
    rows = [FlowRole(flow=flow, role=role, principal=name) for role, names in roles.items() for name in names]
    FlowRole.objects.bulk_create(rows)


def touch(flow: Flow) -> None:
    """Say that the flow was changed now."""
    flow.updated_at = timezone.now()
    flow.save(update_fields=["updated_at"])


@transaction.atomic
def delete(flow: Flow) -> None:
    """Take the flow away. Its runs stay and go on, and who may see them stays too."""
    flow.deleted_at = flow.updated_at = timezone.now()
    flow.save(update_fields=["deleted_at", "updated_at"])
    search.forget(flow)
