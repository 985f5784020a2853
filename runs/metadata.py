"""What may be said about a run beside its input: read from a request with all its faults, and stored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction

from library import metadata as flow_metadata
from library.publish import refuse
from runs import news
from runs.models import Run, RunRole

LONGEST_LABEL: Final = 64
MOST_TAGS: Final = 50
LONGEST_TAG: Final = 128
_POLICY: Final = "activity_notification_policy"
_STATUSES: Final = (Run.INACTIVE, Run.FAILED, Run.SUCCEEDED)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_REQUEST_ID: Final = re.compile(r"[!-~]{1,255}")
Item = dict[str, Any]


@dataclass
class Said:
    """Checked metadata. Only what the request held is in here.

    values   label, tags, notify_on
    roles    role -> principals, each list replacing the stored one
    """

    values: dict[str, Any] = field(default_factory=dict)
    roles: dict[str, list[str]] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)

    def refuse(self, message: str, *where: str | int, type: str = "value_error") -> None:
        self.items.append({"loc": list(where), "msg": message, "type": type})


def read(body: Mapping[str, Any]) -> Said:
    """Return the metadata in `body`; null counts as absent. Raises Unprocessable with everything wrong."""
    people = flow_metadata.read({name: body.get(name) for name in ("run_managers", "run_monitors")})
    said = Said(roles=people.roles, items=list(people.items))
    for name, reader in (("label", _read_label), ("tags", _read_tags), (_POLICY, _read_policy)):
        if body.get(name) is not None:
            reader(said, body[name])
    refuse(said.items)
    return said


@transaction.atomic
def store(run: Run, said: Said) -> None:
    """Store what was said, and tell viewers. Role lists are replaced as a whole; who comes second waits."""
    Run.objects.select_for_update().values("pk").get(pk=run.pk)
    for name, value in said.values.items():
        setattr(run, name, value)
    if said.values:
        run.save(update_fields=list(said.values))
    RunRole.objects.filter(run=run, role__in=said.roles).delete()
    RunRole.objects.bulk_create(
        RunRole(run=run, role=role, principal=name) for role, names in said.roles.items() for name in names
    )
    transaction.on_commit(lambda: news.publish(run.pk, run.last_seq))


def request_id(header: str | None, body: Mapping[str, Any]) -> str:
    """Return what the client calls its request, from the header or the body; "" for nothing.

    Raises Unprocessable for what is no name, or for two that differ
    """
    said = Said()
    named = body.get("request_id")
    for where, value in (("Idempotency-Key", header), ("request_id", named)):
        if value is not None and not (isinstance(value, str) and _REQUEST_ID.fullmatch(value)):
            said.refuse("This must be 1 to 255 visible characters without blanks.", where)
    if None not in (header, named) and header != named:
        said.refuse("This differs from the header Idempotency-Key; send one of them.", "request_id")
    refuse(said.items)
    return header or named or ""


def _read_label(said: Said, value: Any) -> None:
    if not isinstance(value, str):
        return said.refuse("This must be a string.", "label", type="type_error.string")
    label = value.strip()
    if not 1 <= len(label) <= LONGEST_LABEL:
        return said.refuse(f"This has {len(label)} characters; 1 to {LONGEST_LABEL} are allowed.", "label")
    if _CONTROL.search(label):
        return said.refuse("This must not hold control characters.", "label")
    said.values["label"] = label


def _read_tags(said: Said, value: Any) -> None:
    if not isinstance(value, list):
        return said.refuse("This must be a list of strings.", "tags", type="type_error.list")
    if len(value) > MOST_TAGS:
        return said.refuse(f"These are {len(value)} tags; at most {MOST_TAGS} are allowed.", "tags")
    said.values["tags"] = list(dict.fromkeys(_tag(said, tag, number) for number, tag in enumerate(value)))


def _tag(said: Said, value: Any, number: int) -> str:
    """Return the tag trimmed, with single blanks (source: rest-api, Run)."""
    if not isinstance(value, str):
        said.refuse("This must be a string.", "tags", number, type="type_error.string")
        return ""
    tag = " ".join(value.split())
    if not 1 <= len(tag) <= LONGEST_TAG:
        said.refuse(f"This has {len(tag)} characters; 1 to {LONGEST_TAG} are allowed.", "tags", number)
    elif _CONTROL.search(tag):
        said.refuse("This must not hold control characters.", "tags", number)
    return tag


def _read_policy(said: Said, value: Any) -> None:
    statuses = value.get("status") if isinstance(value, dict) else None
    if not isinstance(statuses, list):
        return said.refuse('This must be an object with a list "status".', _POLICY)
    for number, status in enumerate(statuses):
        if status not in _STATUSES:
            said.refuse(f"{status!r} is not one of {', '.join(_STATUSES)}.", _POLICY, "status", number)
    said.values["notify_on"] = [status for status in _STATUSES if status in statuses]
