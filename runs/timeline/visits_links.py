"""Where a visit leads: the collections, functions, indexes and questions whose ids stand in its events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from providers.compute.access import functions_for
from providers.search import access as indexes
from providers.transfer import access as collections
from runs import access
from wire.models import User
from wire.principals import caller_of

MOST_IDS: Final = 100
_MOST_NODES: Final = 5_000
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


def links(user: access.Person, *values: Any) -> list[dict[str, str]]:
    """Return [{"kind", "name", "href"}] for what `user` may see of the things whose ids are in `values`."""
    ids = _ids(values)
    if not ids or not isinstance(user, User):
        return []
    caller = caller_of(user)
    folders = collections.visible_to(caller).filter(pk__in=ids).values_list("pk", "display_name")
    functions = functions_for(caller).filter(pk__in=ids).values_list("pk", "name")
    searched = list(indexes.visible_to(caller).filter(pk__in=ids).values_list("pk", "display_name"))
    found = [
        {"kind": kind, "name": name, "href": reverse(f"providers:{address}", args=[pk])}
        for kind, address, rows in (
            ("Collection", "collection", folders),
            ("Function", "function", functions),
            ("Index", "index", searched),
        )
        for pk, name in rows
    ]
    return found + _subjects(searched, values) + _questions(user, ids)


def _subjects(searched: list[tuple[UUID, str]], values: Any) -> list[dict[str, str]]:
    """Where to find in an index what the state puts there or looks for."""
    given = (value.get("input") for value in values if isinstance(value, dict))
    subjects = dict.fromkeys(one.get("subject") for one in given if isinstance(one, dict))
    return [
        {"kind": "Subject", "name": subject, "href": f"{reverse('providers:index', args=[pk])}?{query}"}
        for pk, _ in searched
        for subject in subjects
        if isinstance(subject, str) and subject and (query := urlencode({"q": subject}))
    ]


def _questions(user: User, ids: set[UUID]) -> list[dict[str, str]]:
    return [
        {"kind": "Question", "name": question.context["title"], "href": reverse("runs:inbox")}
        for question in access.web_inputs_for(user).filter(pk__in=ids)
    ]


def _ids(values: Any) -> set[UUID]:
    found: set[UUID] = set()
    for text in _texts(values):
        if _UUID.fullmatch(text):
            found.add(UUID(text))
        if len(found) >= MOST_IDS:
            break
    return found


def _texts(value: Any) -> Iterator[str]:
    """The texts in a JSON value, as far as one looks."""
    left, pending = _MOST_NODES, [value]
    while pending and left:
        left -= 1
        node = pending.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, dict):
            pending += node.values()
        elif isinstance(node, (list, tuple)):
            pending += node
