"""The bars of `over_time` as the page draws them: places in a picture, words, and addresses that narrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from runs.finding import grammar
from runs.finding.asking import Asked
from runs.finding.over_time import Bar, OverTime

WIDTH, HEIGHT = 960, 72
_LEAST: Final = 2.0  # of a part that would not be seen otherwise
# From the bottom up: what went well carries the rest.
_STACK: Final = ("succeeded", "running", "needs-you", "cancelled", "failed")


def drawn(counted: OverTime, asked: Asked, names: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return what the template draws.

    names   status and its word, in the order in which they are told
    """
    words = dict(names)
    most = max((bar.total for bar in counted.bars), default=0)
    return {
        "total": counted.total,
        "told": f"{counted.total:,}",
        "counts": [
            (status, word, f"{counted.counts[status]:,}") for status, word in names if counted.counts[status]
        ],
        "bars": [_bar(bar, at, len(counted.bars), most, asked, words) for at, bar in enumerate(counted.bars)],
        "first": counted.bars[0].start if counted.bars else None,
        "last": counted.bars[-1].end if counted.bars else None,
        "most": f"{most:,}",
        "width": WIDTH,
        "height": HEIGHT,
    }


def _bar(bar: Bar, at: int, count: int, most: int, asked: Asked, words: dict[str, str]) -> dict[str, Any]:
    wide = WIDTH / max(count, 12)
    told = ", ".join(
        f"{bar.counts[status]:,} {word.lower()}" for status, word in words.items() if bar.counts[status]
    )
    return {
        "x": f"{at * wide:.1f}",
        "wide": f"{max(wide - 2, 1):.1f}",
        "parts": list(_parts(bar, most)),
        "address": asked.address(_narrowed(asked, bar)),
        "told": f"{_span(bar)}: {told or 'no runs'}",
        "is_empty": not bar.total,
    }


def _parts(bar: Bar, most: int) -> Iterator[tuple[str, str, str]]:
    """Yield status, top and height of the parts of a bar."""
    bottom = float(HEIGHT)
    for status in _STACK:
        if bar.counts[status]:
            tall = max(bar.counts[status] / most * HEIGHT, _LEAST)
            bottom = max(bottom - tall, 0.0)
            yield status, f"{bottom:.1f}", f"{tall:.1f}"


def _narrowed(asked: Asked, bar: Bar) -> str:
    times = [each for each in asked.criteria if each.field in ("since", "until") and not each.negated]
    rest = grammar.without(asked.words, *times)
    return f"{rest} since:{_minute(bar.start)} until:{_minute(bar.end)}".strip()


def _minute(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%d" if (instant.hour, instant.minute) == (0, 0) else "%Y-%m-%dT%H:%M")


def _span(bar: Bar) -> str:
    start, end = bar.start, bar.end
    day = f"{start.day} {start:%b %Y}"
    if (end - start).days == 1:
        return day
    if (end - start).days:
        return f"{day} until {end.day} {end:%b %Y}"
    return f"{day}, {start:%H:%M} until {end:%H:%M} UTC"
