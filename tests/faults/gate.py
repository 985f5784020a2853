"""All trials by name, and how one is measured."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import NamedTuple

from tests.faults import canary, differential, load, matrix, outages, providers, sockets, trials, upgrade
from tests.faults.figures import Figure
from tests.faults.site import DATABASES, Site
from tests.faults.trial import Outcome


class Trial(NamedTuple):
    """How a figure is measured, and on which databases."""

    run: Callable[..., Outcome]
    databases: tuple[str, ...] = DATABASES


_SQLITE, _POSTGRESQL = ("sqlite",), ("postgresql",)
TRIALS: dict[str, Trial] = {
    "R1": Trial(trials.killed),
    "R2": Trial(matrix.tried_out),
    "R2-model": Trial(differential.agreed),
    "R3": Trial(trials.all_at_once),
    "R4-flushed": Trial(outages.broker_flushed),
    "R4-hung": Trial(outages.broker_hung),
    "R4-restarted": Trial(outages.broker_restarted),
    "R5-cut": Trial(outages.connections_cut, _POSTGRESQL),
    "R5-stopped": Trial(outages.database_stopped, _POSTGRESQL),
    "R5-locked": Trial(outages.database_locked, _SQLITE),
    "R6-frozen": Trial(trials.frozen),
    "R6-told": Trial(trials.told_five_times),
    "R6-started": Trial(trials.started_at_once),
    "R6-cancelled": Trial(trials.cancelled),
    "R7": Trial(load.passing),
    "R8": Trial(load.looping),
    "R9": Trial(load.crowded),
    "R10": Trial(load.timed),
    "R11": Trial(sockets.idle),
    "R12": Trial(sockets.restarted),
    "R13": Trial(load.poisoned),
    "R14": Trial(upgrade.upgraded),
    "providers": Trial(providers.misbehaving),
    "secrets": Trial(canary.kept),
    "spread": Trial(load.spread, _POSTGRESQL),
}


def measured(name: str, database: str, seed: int = 7, runs: int | None = None) -> Figure:
    """Try it out on a site of its own, which is gone afterwards. `runs` is for those that count them."""
    trial = TRIALS[name].run
    options = {"runs": runs} if runs is not None and "runs" in signature(trial).parameters else {}
    with Site(database, seed=seed) as site:
        values, violations = trial(site, **options)
    return Figure(name, database, seed, values, violations)
