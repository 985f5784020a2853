"""A run as a page of Markdown, to paste into a note, a ticket or a paper."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import orjson

from flowlang.problems import JSON
from runs.models import Run, RunEvent
from runs.redaction import Redaction, public_input, redaction_of
from runs.timeline import visits
from runs.timeline.visits import Visit
from wire.timestamps import stamp

MOST_STEPS: Final = 200
LONGEST_JSON: Final = 4_000
_LONGEST_CELL: Final = 300
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>|#])")


def report(run: Run, address: str) -> str:
    """Return the report of a run, without its secrets. `address` is that of its page."""
    hidden = redaction_of(run)
    title = plain(hidden.text(run.label or run.flow.title))
    parts = [f"# {title}", _answer(run, hidden), _facts(run, address, hidden), _steps(run)]
    parts.append(_block("Input", public_input(run, hidden)))
    last = RunEvent.objects.filter(run=run.pk, seq=run.last_seq).first()
    output = orjson.loads(last.details).get("output") if last and run.status == Run.SUCCEEDED else None
    if output is not None:
        parts.append(_block("Output", hidden.shown(output)))
    return "\n\n".join(part for part in parts if part) + "\n"


def plain(text: str) -> str:
    """Return a text of somebody's as one line in which Markdown sees no marks."""
    line = " ".join(text.split())[:_LONGEST_CELL]
    return _SPECIAL.sub(r"\\\1", line)


def lasted(seconds: float) -> str:
    """Return how long something took: "723 ms", "6.2 s", "3m 12s", "2h 5m"."""
    if seconds < 1:
        return f"{max(0, round(seconds * 1000))} ms"
    if seconds < 90:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}m {rest}s" if minutes < 60 else f"{minutes // 60}h {minutes % 60}m"


def lasted_in_all(run: Run) -> str:
    """Return how long the run took; "" while it goes on."""
    return lasted((run.completed_at - run.started_at).total_seconds()) if run.completed_at else ""


def seconds_of(visit: Visit) -> float | None:
    """Return how long a stay took; None while it goes on."""
    return None if visit.ended is None else (visit.ended - visit.entered) / 1000


def _answer(run: Run, hidden: Redaction) -> str:
    took = f" after {lasted_in_all(run)}"
    if run.status == Run.SUCCEEDED:
        return f"**Succeeded**{took}."
    if run.status not in Run.TERMINAL:
        return f"**Not over yet**: in {plain(run.state)}."
    if run.cancel_requested:
        return f"**Cancelled**{took}, in {plain(run.state)}."
    said = RunEvent.objects.filter(run=run.pk, seq=run.last_seq).values_list("details", flat=True).first()
    failed: dict[str, Any] = orjson.loads(said) if said else {}
    what = ": ".join(str(failed[name]) for name in ("exception", "cause") if failed.get(name))
    return f"**Failed** in {plain(run.state)}{took}: {plain(hidden.text(what))}"


def _facts(run: Run, address: str, hidden: Redaction) -> str:
    rows = [
        ("Flow", f"{run.flow.title}, version {run.version.number}"),
        ("Started", stamp(run.started_at)),
        ("Ended", stamp(run.completed_at) or "not yet"),
        ("Started by", run.owner.get_username()),
        ("Tags", hidden.text(", ".join(map(str, run.tags)))),
        ("Run", str(run.pk)),
    ]
    lines = [f"| {name} | {plain(value)} |" for name, value in rows if value]
    return "\n".join(["| | |", "|---|---|", *lines, f"| Page | <{address}> |"])


def _steps(run: Run) -> str:
    found = visits.summary_of(run).visits
    lines = [_step(number, visit) for number, visit in enumerate(found[:MOST_STEPS], 1)]
    more = [f"| | and {len(found) - MOST_STEPS:,} more | | |"] if len(found) > MOST_STEPS else []
    return "\n".join(["## Steps", "", "| | State | Status | Took |", "|--:|---|---|--:|", *lines, *more])


def _step(number: int, visit: Visit) -> str:
    seconds = seconds_of(visit)
    took = "" if seconds is None else lasted(seconds)
    return f"| {number} | {plain(visit.state)} | {visit.status} | {took} |"


def _block(title: str, value: JSON) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    shown = (
        text if len(text) <= LONGEST_JSON else f"{text[:LONGEST_JSON]}\n… ({len(text):,} characters in all)"
    )
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    return f"## {title}\n\n{fence}json\n{shown}\n{fence}"
