"""Hints: lost without harm, sent without waiting."""

from __future__ import annotations

import time

from providers import hints

seen: list[str] = []


def note(text: str) -> None:
    seen.append(text)


def note_twice(text: str) -> None:
    hints.send(f"{__name__}.note", f"{text}, later")
    seen.append(text)


def test_a_dead_broker_costs_nobody_time(settings, tmp_path) -> None:
    settings.CELERY_BROKER_URL = f"redis+socket://{tmp_path}/nobody.sock"
    began = time.monotonic()
    for number in range(3000):
        hints.send("runs.tasks.advance_run", str(number), queue="runs")
    assert time.monotonic() - began < 0.5


def test_inline_hints_run_here_in_order() -> None:
    seen.clear()
    with hints.inline():
        hints.send(f"{__name__}.note_twice", "first")
        hints.send(f"{__name__}.note", "second")
    assert seen == ["first", "first, later", "second"]
