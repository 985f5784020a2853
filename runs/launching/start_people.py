"""Who else may see and manage a run, and of what its owner gets a mail, as the start page asks for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.http import QueryDict

from runs import metadata
from runs.launching.start_sheet import Told
from runs.models import Run, RunRole
from wire.errors import Unprocessable
from wire.people import principal_of

NOTICES: Final = {
    Run.INACTIVE: "It needs somebody",
    Run.FAILED: "It failed",
    Run.SUCCEEDED: "It succeeded",
}
_ROLES: Final = {"managers": "run_managers", "monitors": "run_monitors"}
_TITLES: Final = {"managers": "Run managers", "monitors": "Run monitors", "notify": "Mails"}
_PARTED: Final = re.compile(r"[,;\n]+|\s+(?=urn:)")
_LONGEST: Final = 4_000


@dataclass(frozen=True)
class People:
    """What was filled in: names or principal URNs, parted by commas; the statuses that are mailed."""

    managers: str = ""
    monitors: str = ""
    notify: tuple[str, ...] = (Run.INACTIVE,)
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def notices(self) -> list[tuple[str, str, bool]]:
        """Return status, words and whether it is mailed."""
        return [(status, words, status in self.notify) for status, words in NOTICES.items()]

    @property
    def is_usual(self) -> bool:
        return not (self.managers or self.monitors) and self.notify == (Run.INACTIVE,)


def posted(values: QueryDict) -> People:
    """Return what a form posted; a page that did not ask means the usual."""
    if "notify-asked" not in values:
        return People()
    notify = tuple(status for status in NOTICES if status in values.getlist("notify"))
    managers, monitors = (values.get(name, "").strip()[:_LONGEST] for name in _ROLES)
    return People(managers, monitors, notify)


def checked(people: People) -> tuple[People, dict[str, Any]]:
    """Return it with what is wrong, and managers, monitors and notify_on as `engine.start` takes them."""
    found = {name: _principals(getattr(people, name)) for name in _ROLES}
    unknown = {name: [text for text, urn in pairs if urn is None] for name, pairs in found.items()}
    faults = {
        name: f"There is no user or group “{texts[0][:80]}” here." for name, texts in unknown.items() if texts
    }
    urns = {name: [urn for _, urn in pairs if urn] for name, pairs in found.items()}
    try:
        said = metadata.read(
            {_ROLES[name]: names for name, names in urns.items()}
            | {"activity_notification_policy": {"status": list(people.notify)}}
        )
    except Unprocessable as error:
        return replace(people, faults=_faults(error) | faults), {}
    if faults:
        return replace(people, faults=faults), {}
    return people, {
        "managers": said.roles.get(RunRole.MANAGER, []),
        "monitors": said.roles.get(RunRole.MONITOR, []),
        "notify_on": said.values["notify_on"],
    }


def _principals(text: str) -> list[tuple[str, str | None]]:
    names = dict.fromkeys(name.strip() for name in _PARTED.split(text) if name.strip())
    return [(name, principal_of(name)) for name in names]


def _faults(error: Unprocessable) -> dict[str, str]:
    items: Iterable[Any] = error.detail if isinstance(error.detail, list) else []
    names = {wire: name for name, wire in _ROLES.items()}
    return {names.get(str(item["loc"][0]), "notify"): str(item["msg"]) for item in items}


def told(people: People) -> list[Told]:
    """Return what is wrong as lines of the page's list of problems."""
    return [Told(_TITLES[name], message, f"start-{name}") for name, message in people.faults.items()]


def wire(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the API calls what is said about a run, without what is usual."""
    names = {
        "label": said.get("label"),
        "tags": said.get("tags"),
        "run_managers": said.get("managers"),
        "run_monitors": said.get("monitors"),
    }
    notify = list(said.get("notify_on", (Run.INACTIVE,)))
    policy = {} if notify == [Run.INACTIVE] else {"activity_notification_policy": {"status": notify}}
    return {name: value for name, value in names.items() if value} | policy
