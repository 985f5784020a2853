"""The figures that the fault tests give, and the bar for each."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

Judge = Callable[[float, float], bool]
AT_MOST, AT_LEAST = "<=", ">="
_JUDGES: Final[dict[str, Judge]] = {AT_MOST: operator.le, AT_LEAST: operator.ge}
_CLEAN: Final = {
    "stuck": (AT_MOST, 0),
    "doubled": (AT_MOST, 0),
    "gaps": (AT_MOST, 0),
    "violations": (AT_MOST, 0),
}
_SOUND: Final = _CLEAN | {"failed": (AT_MOST, 0)}
# What shows that a trial did the harm that it is about.
_KILLS: Final = {"pool kills": (AT_LEAST, 10), "worker kills": (AT_LEAST, 1), "taken over": (AT_LEAST, 1)}
_VISITED: Final = {"answers": (AT_LEAST, 20), "wrong answers": (AT_MOST, 0), "starts": (AT_LEAST, 5)} | {
    "starts lost": (AT_MOST, 0)
}

BARS: Final[dict[str, dict[str, tuple[str, float]]]] = {
    "R1": _SOUND | _KILLS | {"seconds": (AT_MOST, 180), "repeated beyond kills": (AT_MOST, 0)},
    "R2": _CLEAN | {"percent": (AT_LEAST, 100), "repeated beyond deaths": (AT_MOST, 0)},
    "R2-model": _CLEAN
    | {"flows": (AT_LEAST, 30), "differing": (AT_MOST, 0), "pool kills": (AT_LEAST, 10)}
    | {"taken over": (AT_LEAST, 1), "given up": (AT_MOST, 6)},
    "R3": _SOUND | _KILLS | {"seconds": (AT_MOST, 300), "flushes": (AT_LEAST, 5), "outages": (AT_LEAST, 1)},
    "R4-flushed": _SOUND | {"seconds": (AT_MOST, 180), "flushes": (AT_LEAST, 5)},
    "R4-hung": _SOUND
    | {"start p95 ms": (AT_MOST, 500), "answers 201": (AT_LEAST, 100), "wrong answers": (AT_MOST, 0)}
    | {"ended while it hung": (AT_LEAST, 10)},
    "R4-restarted": _SOUND
    | {"longest resume": (AT_MOST, 15), "stops": (AT_LEAST, 10), "worker heard again s": (AT_MOST, 90)},
    "R5-cut": _SOUND | _VISITED | {"connections cut": (AT_LEAST, 20)},
    "R5-stopped": _SOUND | _VISITED | {"outages": (AT_LEAST, 2), "pool kills": (AT_LEAST, 5)},
    "R5-locked": _SOUND | _VISITED | {"outages": (AT_LEAST, 1), "pool kills": (AT_LEAST, 5)},
    "R6-frozen": _SOUND | {"freezes": (AT_LEAST, 1), "taken over": (AT_LEAST, 1), "fenced": (AT_LEAST, 1)},
    "R6-told": _SOUND | {"repeated": (AT_MOST, 0), "hints": (AT_LEAST, 100)},
    "R6-started": {
        "runs made": (AT_MOST, 1),
        "answers with that run": (AT_LEAST, 1),
        "answers 201": (AT_LEAST, 20),
        "other body refused": (AT_LEAST, 1),
        "wrong answers": (AT_MOST, 0),
    },
    "R6-cancelled": _SOUND | {"cancelled": (AT_LEAST, 10)},
    "R7": _SOUND | {"steps/s": (AT_LEAST, 100)},
    "R8": _SOUND | {"steps": (AT_LEAST, 9_900), "seconds": (AT_MOST, 120), "growth MiB": (AT_MOST, 50)},
    "R9": _SOUND
    | {
        "runs": (AT_LEAST, 2_000),
        "seconds": (AT_MOST, 180),
        "list p95 ms": (AT_MOST, 500),
        "wrong answers": (AT_MOST, 0),
    },
    "R10": _SOUND
    | {
        "fired": (AT_LEAST, 1_000),
        "early": (AT_MOST, 0),
        "late p99 s": (AT_MOST, 15),
        "sweep ms": (AT_MOST, 20),
    },
    "R11": _SOUND | {"first step p95 ms": (AT_MOST, 1000), "viewer p95 ms": (AT_MOST, 1000)},
    "R12": _SOUND
    | {
        "viewers": (AT_LEAST, 200),
        "restarts": (AT_LEAST, 5),
        "going on at the last": (AT_LEAST, 1),
        "subscriptions cut": (AT_LEAST, 10),
        "missing": (AT_MOST, 0),
        "shown twice": (AT_MOST, 0),
        "out of order": (AT_MOST, 0),
        "live again s": (AT_MOST, 10),
    },
    "R13": _CLEAN
    | {"attempts": (AT_MOST, 5), "failed by name": (AT_LEAST, 1), "seconds": (AT_MOST, 60)}
    | {"failed": (AT_MOST, 1)},  # the poisonous one
    "R14": _CLEAN
    | {"in flight": (AT_LEAST, 100), "in flight still": (AT_LEAST, 100), "deaths in migration": (AT_LEAST, 5)}
    | {"failed": (AT_MOST, 1)},  # the one whose state is a Fail
    "providers": _CLEAN | {"wrong ends": (AT_MOST, 0), "too early": (AT_MOST, 0)},
    "secrets": _SOUND
    | {"leaks": (AT_MOST, 0), "messages": (AT_LEAST, 1), "pages": (AT_LEAST, 1), "kept": (AT_LEAST, 1)}
    | {"sent": (AT_LEAST, 1)},
    "spread": _SOUND | {"faster": (AT_LEAST, 1.7)},
}


@dataclass(frozen=True)
class Figure:
    """What one trial measured.

    values      by name; those that have a bar are judged
    violations  a sentence for each invariant that did not hold
    """

    name: str
    database: str
    seed: int
    values: dict[str, float]
    violations: tuple[str, ...] = ()

    @property
    def missed(self) -> list[str]:
        """The values that miss their bar, or were not measured."""
        bars = BARS[self.name]
        return [
            f"{name} {self.values.get(name, 'missing')}, must be {sign} {bar:g}"
            for name, (sign, bar) in bars.items()
            if name not in self.values or not _JUDGES[sign](self.values[name], bar)
        ]

    def line(self) -> str:
        """Return one line that tells all of it."""
        shown = ", ".join(f"{name} {value:g}" for name, value in self.values.items())
        verdict = "MISSED: " + "; ".join(self.missed) if self.missed else "holds"
        return f"{self.name} {self.database} seed={self.seed}: {shown} -> {verdict}"
