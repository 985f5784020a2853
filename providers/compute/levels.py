"""The levels of isolation, from the best down."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from providers.compute import bubblewrap, seccomp
from providers.compute.inside import landlock

DESCRIPTIONS: Final = {
    "full": "Each call runs in namespaces of its own: no network, no other processes, and only the folders "
    "that its caller may use.",
    "restricted": "Calls see only the folders that their caller may use, and no network, but share the "
    "machine's list of processes and its memory with the site.",
    "minimal": "Time, memory and processes are limited, nothing else: functions can read what everybody on "
    "this machine can read, and can use the network.",
    "none": "Functions cannot run here.",
}


@dataclass(frozen=True, slots=True)
class Level:
    """How well functions are kept apart. `reason` says why it is not better; "" when it is full."""

    name: str
    reason: str = ""
    features: bubblewrap.Features = field(default_factory=bubblewrap.Features)

    @property
    def is_full(self) -> bool:
        return self.name == "full"

    @property
    def description(self) -> str:
        return DESCRIPTIONS[self.name]


def candidates() -> list[Level]:
    """Return what may be tried, best first. Bubblewrap is tried with less where a kernel refuses more."""
    features = [bubblewrap.Features(*flags) for flags in product((True, False), repeat=2)]
    return [*(Level("full", features=each) for each in features), Level("restricted"), Level("minimal")]


def missing(candidate: Level) -> str:
    """Return what a level needs and this machine has not; "" when there is nothing."""
    if candidate.name == "minimal":
        return ""
    if not seccomp.is_known(os.uname().machine):
        return f"there is no system call filter for {os.uname().machine} processors."
    if candidate.is_full:
        return "" if bubblewrap.program() else "bubblewrap (bwrap) is not installed."
    return "" if landlock.version() else "the kernel has no Landlock."
