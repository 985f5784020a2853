"""The page that compares two runs, and the one that asks with which."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs import access, compare
from runs.models import Run
from runs.report import lasted, lasted_in_all, seconds_of
from runs.run_page import status_of
from runs.timeline.visits import Visit
from wire.errors import BadRequest

_MOST_OFFERED: Final = 20
_LAST_SHARE: Final = 99.5
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Line:
    """The time of a run from its first stay to the end of its last, in milliseconds since 1970."""

    start: int
    end: int

    @classmethod
    def of(cls, visits: Iterable[Visit | None]) -> Line:
        """Return the line of those stays; one without length when there are none."""
        stays = [visit for visit in visits if visit]
        ends = (visit.ended or visit.entered for visit in stays)
        return cls(min((visit.entered for visit in stays), default=0), max(ends, default=0))

    @property
    def length(self) -> int:
        return self.end - self.start


@never_cache
@login_required
@require_safe
def compare_page(request: HttpRequest, run_id: str) -> HttpResponse:
    """Compare the run with `?with=`, a run's id or the address of its page; without one, offer some."""
    one = access.run_for(request.user, run_id)
    asked = request.GET.get("with", "").strip()
    if not asked:
        return _offer(request, one)
    ids = _UUID.findall(asked)
    if not ids:
        raise BadRequest(f'"{asked[:80]}" is neither the id of a run nor the address of its page.')
    other = access.run_for(request.user, ids[-1])
    if other.pk == one.pk:
        raise BadRequest("This is the same run twice. Choose another one to compare it with.")
    address = f"{reverse('runs:compare', args=[one.pk])}?with={other.pk}"
    return _page(request, one, other) if asked == str(other.pk) else redirect(address)


def _offer(request: HttpRequest, one: Run) -> HttpResponse:
    found = access.visible_to(request.user).filter(flow=one.flow_id).exclude(pk=one.pk)
    rows = [(run, status_of(run)) for run in found.order_by("-started_at", "pk")[:_MOST_OFFERED]]
    return render(request, "runs/compare_with.html", {"run": one, "rows": rows})


def _page(request: HttpRequest, one: Run, other: Run) -> HttpResponse:
    found = compare.comparison(one, other)
    lines = Line.of(pair.one for pair in found.pairs), Line.of(pair.other for pair in found.pairs)
    longest = max(line.length for line in lines)
    context = {
        "one": one,
        "other": other,
        "columns": [_column("First", one), _column("Second", other)],
        "found": found,
        "inputs": found.inputs[: compare.MOST_DIFFERENCES],
        "outputs": found.outputs[: compare.MOST_DIFFERENCES],
        "rows": [_row(pair, lines, longest) for pair in found.pairs],
        "same_flow": one.flow_id == other.flow_id,
    }
    return render(request, "runs/compare.html", context)


def _column(name: str, run: Run) -> dict[str, Any]:
    took = lasted_in_all(run) or "not over yet"
    return {"name": name, "run": run, "status": status_of(run), "took": took}


def _row(pair: compare.Pair, lines: tuple[Line, Line], longest: int) -> dict[str, Any]:
    return {
        "pair": pair,
        "cells": [cell(pair.one, lines[0], longest), cell(pair.other, lines[1], longest)],
        "delta": signed(pair.delta),
        "is_slower": (pair.delta or 0) > 0,
    }


def cell(visit: Visit | None, line: Line, longest: int) -> dict[str, Any] | None:
    """Return what stands in a cell: where on the line the stay began, and its share, both in percent."""
    if visit is None:
        return None
    seconds = seconds_of(visit)
    took = "goes on" if seconds is None else lasted(seconds)
    begun = visit.entered - line.start
    ended = min((visit.ended or line.end) - line.start, longest)
    start = min(_share(begun, longest), _LAST_SHARE)
    return {"visit": visit, "took": took, "start": start, "share": max(_share(ended, longest) - start, 0.5)}


def _share(milliseconds: int, longest: int) -> float:
    return round(100 * milliseconds / longest, 1) if longest else 0.0


def signed(seconds: float | None) -> str:
    """Return a difference of durations with its sign, e.g. "+0.250 s"; "" for none."""
    if seconds is None:
        return ""
    if abs(seconds) < 0.0005:
        return "±0 s"
    return f"{seconds:+.3f} s" if abs(seconds) < 1 else f"{seconds:+,.1f} s"
