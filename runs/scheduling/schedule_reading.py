"""What a request says about when to start: read, checked, all faults at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from library.publish import refuse
from runs.scheduling import schedule_times as times
from runs.scheduling.schedule_times import CRON, INTERVAL, ONCE, Rule

MOST_RUNS: Final = 1_000_000
_TYPES: Final = {"once": ONCE, "recurring": INTERVAL, "cron": CRON}
_SECOND: Final = timedelta(seconds=1)
Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """When a schedule starts runs: by its rule, and at most `most_runs` times.

    first_at  when it is due for the first time
    """

    rule: Rule
    first_at: datetime
    most_runs: int | None = None


@dataclass
class _Reader:
    asked: Mapping[str, Any]
    now: datetime
    zone: str = "UTC"
    items: list[Item] = field(default_factory=list)

    def refuse(self, message: str, *where: str) -> None:
        self.items.append({"loc": ["schedule", *where], "msg": message, "type": "value_error"})

    def text(self, value: Any, *where: str) -> str | None:
        if value is None or isinstance(value, str):
            return value
        self.refuse("This must be a string.", *where)
        return None

    def whole(self, value: Any, least: int, most: int, *where: str) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.refuse(f"This must be a whole number from {least:,} to {most:,}.", *where)
        return least

    def instant(self, value: Any, *where: str) -> datetime | None:
        text = self.text(value, *where)
        if text is None:
            return None
        try:
            return times.read_instant(text, self.zone)
        except ValueError as error:
            self.refuse(str(error), *where)
            return None


def read_plan(asked: Any, now: datetime) -> Plan:
    """Return the plan that a `schedule` object describes. Raises Unprocessable with everything wrong.

    asked   {"type": "once", "datetime"?}, {"type": "recurring", "interval_seconds", "start"?, "end"?} or
            {"type": "cron", "expression", "start"?, "end"?}, each with "time_zone"? (UTC by default)
    end     {"condition": "time", "datetime"} or {"condition": "iterations", "iterations"}
    Source  the shape of Globus Timers; cron and time zones are ours. Times without an offset are local ones
    """
    reader = _Reader(asked if isinstance(asked, dict) else {}, now)
    kind = _TYPES.get(str(reader.asked.get("type")))
    if kind is None:
        reader.refuse(f"This must be an object with a type, one of {', '.join(_TYPES)}.", "type")
        refuse(reader.items)
    _read_zone(reader)
    rule = _READ[str(kind)](reader)
    end_at, most_runs = _read_end(reader) if kind != ONCE else (None, None)
    refuse(reader.items)
    plan = _begun(replace(rule, end_at=end_at), most_runs, now)
    if plan is None:
        reader.refuse("There is no time to come at which this is due; look at the times it names.")
    refuse(reader.items)
    assert plan is not None
    return plan


def _read_zone(reader: _Reader) -> None:
    name = reader.text(reader.asked.get("time_zone"), "time_zone")
    try:
        times.zone_of(name or "UTC")
    except ValueError as error:
        return reader.refuse(str(error), "time_zone")
    reader.zone = name or "UTC"


def _read_once(reader: _Reader) -> Rule:
    return Rule(ONCE, reader.zone, _start(reader, "datetime"))


def _read_recurring(reader: _Reader) -> Rule:
    least, most = times.LEAST_INTERVAL_SECONDS, times.MOST_INTERVAL_SECONDS
    seconds = reader.whole(reader.asked.get("interval_seconds"), least, most, "interval_seconds")
    return Rule(INTERVAL, reader.zone, _start(reader, "start"), interval_seconds=seconds)


def _read_cron(reader: _Reader) -> Rule:
    expression = reader.text(reader.asked.get("expression"), "expression") or ""
    try:
        expression = times.read_cron(expression)
    except ValueError as error:
        reader.refuse(str(error), "expression")
    return Rule(CRON, reader.zone, _start(reader, "start"), cron=expression)


def _start(reader: _Reader, name: str) -> datetime:
    return reader.instant(reader.asked.get(name), name) or reader.now.replace(microsecond=0)


def _read_end(reader: _Reader) -> tuple[datetime | None, int | None]:
    end = reader.asked.get("end")
    if end is None:
        return None, None
    condition = end.get("condition") if isinstance(end, dict) else None
    if condition == "time":
        end_at = reader.instant(end.get("datetime"), "end", "datetime")
        if end.get("datetime") is None:
            reader.refuse("This is missing: the time after which no run is started.", "end", "datetime")
        return end_at, None
    if condition == "iterations":
        return None, reader.whole(end.get("iterations"), 1, MOST_RUNS, "end", "iterations")
    reader.refuse('This must be an object with a condition, "time" or "iterations".', "end")
    return None, None


def _begun(rule: Rule, most_runs: int | None, now: datetime) -> Plan | None:
    """A rule that starts now is due now; cron names minutes, and the present one has begun."""
    first_at = rule.after(now if rule.kind == CRON else now - _SECOND)
    return Plan(rule, first_at, most_runs) if first_at else None


_READ: Final = {ONCE: _read_once, INTERVAL: _read_recurring, CRON: _read_cron}
