"""What may be said about a flow beside its definition: read from a request, checked, all faults at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from library.models import FlowRole
from wire.principals import ALL_AUTHENTICATED, PUBLIC, is_urn

# wire name -> (role, the words that are allowed beside URNs)
ROLE_LISTS: dict[str, tuple[str, frozenset[str]]] = {
    "flow_viewers": (FlowRole.VIEWER, frozenset({PUBLIC})),
    "flow_starters": (FlowRole.STARTER, frozenset({ALL_AUTHENTICATED})),
    "flow_administrators": (FlowRole.ADMINISTRATOR, frozenset()),
    "run_managers": (FlowRole.RUN_MANAGER, frozenset()),
    "run_monitors": (FlowRole.RUN_MONITOR, frozenset()),
}
MOST_PRINCIPALS = 16
_LENGTHS = {"title": (1, 128), "subtitle": (0, 128), "description": (0, 4096)}
_MOST_KEYWORD_CHARACTERS = 1024
_IDS = ("subscription_id", "authentication_policy_id")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

Item = dict[str, Any]


@dataclass
class Metadata:
    """Checked metadata. Only what the request held is in here.

    values   fields of Flow
    roles    role -> principals, each list replacing the stored one
    items    what is wrong, as the API reports it
    """

    values: dict[str, Any] = field(default_factory=dict)
    roles: dict[str, list[str]] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)

    def refuse(self, name: str, message: str, *where: int, type: str = "value_error") -> None:
        self.items.append({"loc": [name, *where], "msg": message, "type": type})


def read(body: Mapping[str, Any]) -> Metadata:
    """Return the metadata in `body`. A member that is null counts as absent; unknown members are ignored."""
    found = Metadata()
    given = {name: value for name, value in body.items() if value is not None}
    for name in _LENGTHS.keys() & given.keys():
        _read_text(found, name, given[name])
    for name in ROLE_LISTS.keys() & given.keys():
        _read_principals(found, name, given[name])
    for name in given.keys() & set(_IDS):
        _read_id(found, name, given[name])
    if "keywords" in given:
        _read_keywords(found, given["keywords"])
    return found


def _read_text(found: Metadata, name: str, value: Any) -> None:
    least, most = _LENGTHS[name]
    if not isinstance(value, str):
        return found.refuse(name, "This must be a string.", type="type_error.string")
    text = value.strip() if name != "description" else value
    if not least <= len(text) <= most:
        return found.refuse(name, f"This has {len(text)} characters; {least} to {most} are allowed.")
    if _CONTROL.search(text) or (name != "description" and "\n" in text):
        return found.refuse(name, "This must not hold control characters.")
    found.values[name] = text


def _read_keywords(found: Metadata, value: Any) -> None:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        return found.refuse("keywords", "This must be a list of strings.", type="type_error.list")
    words = list(dict.fromkeys(word.strip() for word in value if word.strip()))
    length = sum(len(word) for word in words)
    if length > _MOST_KEYWORD_CHARACTERS:
        return found.refuse(
            "keywords",
            f"The keywords have {length} characters in all; {_MOST_KEYWORD_CHARACTERS} are allowed.",
        )
    found.values["keywords"] = words


def _read_id(found: Metadata, name: str, value: Any) -> None:
    if name == "subscription_id" and value == "DEFAULT":
        return  # the caller's default subscription: this site has no subscriptions
    try:
        found.values[name] = UUID(value)
    except (ValueError, TypeError, AttributeError):
        found.refuse(name, "This must be a UUID.", type="type_error.uuid")


def _read_principals(found: Metadata, name: str, value: Any) -> None:
    role, _ = ROLE_LISTS[name]
    if not isinstance(value, list):
        return found.refuse(name, "This must be a list of principals.", type="type_error.list")
    for place, principal in enumerate(value):
        fault = principal_fault(name, principal)
        if fault:
            found.refuse(name, fault, place)
    principals = list(dict.fromkeys(normal(item) for item in value if isinstance(item, str)))
    if len(principals) > MOST_PRINCIPALS:
        found.refuse(
            name,
            f"There are {len(principals)} entries; at most {MOST_PRINCIPALS} are allowed in a role list.",
        )
    found.roles[role] = principals


def normal(principal: str) -> str:
    """Return the principal as it is stored: ids in lower case."""
    return principal.lower() if is_urn(principal) else principal


def principal_fault(name: str, principal: Any) -> str | None:
    """Return why `principal` cannot stand in the role list `name`; None when it can."""
    words = ROLE_LISTS[name][1]
    if isinstance(principal, str) and (is_urn(principal) or principal in words):
        return None
    allowed = ["urn:globus:auth:identity:<uuid>", "urn:globus:groups:id:<uuid>"]
    allowed += [f'"{word}"' for word in sorted(words)]
    shown = f'"{principal[:80]}"' if isinstance(principal, str) else "A value that is no string"
    return f'{shown} is not a principal that "{name}" can hold. Allowed: {", ".join(allowed)}.'
