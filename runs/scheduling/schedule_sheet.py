"""When to start, as a person fills it in: now, at a time, every so often, or by a cron expression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from runs import clock
from runs.launching.start_sheet import Told
from runs.models import RunSchedule
from runs.scheduling import schedules
from runs.scheduling.schedule_documents import plan_document
from runs.scheduling.schedule_reading import Plan, read_plan
from runs.scheduling.schedule_times import CRON, INTERVAL, zone_of
from wire.errors import Unprocessable

NOW, AT, EVERY, BY_CRON = "now", "at", "every", "cron"
NEVER, ON, AFTER = "never", "on", "after"
UNITS: Final = {"minutes": 60, "hours": 3600, "days": 86_400, "weeks": 604_800}
_FIELDS: Final = ("when", "at", "number", "unit", "cron", "zone", "begin", "end", "end_at", "count")
_LONGEST: Final = 120
# Where a fault of the plan shows.
_PLACES: Final = {
    "datetime": "at",
    "interval_seconds": "number",
    "expression": "cron",
    "time_zone": "zone",
    "start": "begin",
}
_CHOOSE: Final = "Choose a date and a time."
_LOCAL: Final = "%a %-d %b %Y, %H:%M"


@dataclass(frozen=True)
class When:
    """What a person has filled in so far; texts as typed.

    faults  what is wrong, by field; "when" for what no field alone is to blame for
    times   the next times, as local texts
    """

    when: str = NOW
    at: str = ""
    number: str = "1"
    unit: str = "days"
    cron: str = "0 9 * * 1-5"
    zone: str = ""
    begin: str = ""
    end: str = NEVER
    end_at: str = ""
    count: str = "10"
    faults: Mapping[str, str] = field(default_factory=dict)
    times: tuple[dict[str, Any], ...] = ()

    @property
    def is_now(self) -> bool:
        return self.when == NOW

    def plan_asked(self) -> dict[str, Any]:
        """Return the schedule object of the API that this means."""
        zone = {"time_zone": self.zone or "UTC"}
        if self.when == AT:
            return {"type": "once", "datetime": self.at, **zone}
        rule: dict[str, Any] = {"type": "cron", "expression": self.cron}
        if self.when == EVERY:
            seconds = _whole(self.number) * UNITS.get(self.unit, 0)
            rule = {"type": "recurring", "interval_seconds": seconds}
        return {**rule, "start": self.begin or None, "end": self._end_asked(), **zone}

    def _end_asked(self) -> dict[str, Any] | None:
        if self.end == ON:
            return {"condition": "time", "datetime": self.end_at}
        return {"condition": "iterations", "iterations": _whole(self.count)} if self.end == AFTER else None


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0


def posted(values: Mapping[str, str]) -> When:
    """Return what was filled in; the fields are named "when" and "when-at", "when-unit" ..."""
    said = {name: values.get(name if name == "when" else f"when-{name}") for name in _FIELDS}
    given: dict[str, Any] = {name: text.strip()[:_LONGEST] for name, text in said.items() if text is not None}
    when = When(**given)
    return when if when.when in (AT, EVERY, BY_CRON) else replace(when, when=NOW)


def checked(when: When) -> tuple[When, Plan | None]:
    """Return it with its next times and the plan, or with what is wrong and None."""
    if when.is_now:
        return replace(when, faults={"when": "Choose when it is to start."}), None
    try:
        plan = read_plan(when.plan_asked(), clock.now())
    except Unprocessable as error:
        found = _faults(error)
        blank = {name: _CHOOSE for name in ("at", "end_at") if name in found and not getattr(when, name)}
        return replace(when, faults=found | blank), None
    return replace(when, times=shown(schedules.previewed(plan), plan.rule.zone)), plan


def _faults(error: Unprocessable) -> dict[str, str]:
    found: dict[str, str] = {}
    for item in error.detail if isinstance(error.detail, list) else []:
        place: Any = item["loc"]
        found.setdefault(_field_of(place[1:]), str(item["msg"]))
    if "number" in found:
        found["number"] = "Write a whole number; the shortest interval is a minute, the longest a year."
    return found


def _field_of(place: list[str]) -> str:
    if place[:1] == ["end"]:
        return {"datetime": "end_at", "iterations": "count"}.get(place[-1], "end")
    return _PLACES.get(place[0], "when") if place else "when"


def shown(times: list[datetime], zone: str) -> tuple[dict[str, Any], ...]:
    """Return each time as the local text of its zone, and as the instant."""
    return tuple({"local": local(each, zone), "instant": each} for each in times)


def local(instant: datetime, zone: str) -> str:
    return f"{instant.astimezone(zone_of(zone)):{_LOCAL}}"


def told(when: When) -> list[Told]:
    """Return what is wrong as lines of the start page's list of problems."""
    return [Told("When", message, f"when-{name}") for name, message in when.faults.items()]


def of(schedule: RunSchedule) -> When:
    """Return what one would have filled in for this schedule."""
    plan, zone = plan_document(schedule), schedule.zone
    end = plan.get("end") or {}
    values: dict[str, Any] = {"zone": zone, "begin": _typed(schedule.start_at, zone)}
    if schedule.end_at is not None:
        values |= {"end": ON, "end_at": _typed(schedule.end_at, zone)}
    elif end:
        values |= {"end": AFTER, "count": str(end["iterations"])}
    if schedule.kind == CRON:
        return When(when=BY_CRON, cron=schedule.cron, **values)
    if schedule.kind == INTERVAL:
        return When(when=EVERY, **_largest_unit(schedule.interval_seconds), **values)
    return When(when=AT, at=values["begin"], zone=zone)


def _largest_unit(seconds: int) -> dict[str, Any]:
    unit = next((name for name in reversed(UNITS) if seconds % UNITS[name] == 0), "minutes")
    return {"number": str(seconds // UNITS[unit]), "unit": unit}


def _typed(instant: datetime, zone: str) -> str:
    """Return the instant as a browser's field for local times holds it."""
    return f"{instant.astimezone(zone_of(zone)):%Y-%m-%dT%H:%M}"
