"""The trials behind the figures, by name."""

from __future__ import annotations

from tests.faults import flows
from tests.faults.figures import Figure
from tests.faults.nemesis import Nemesis
from tests.faults.site import Site
from tests.faults.trial import try_out


def killed(site: Site, runs: int = 200) -> Figure:
    """R1: a pool process is killed every 300 ms, a whole worker every 6 s."""

    def harms(nemesis: Nemesis) -> None:
        nemesis.every(0.3, nemesis.kill_a_pool_process, vary=0.3)
        nemesis.every(6.0, nemesis.kill_a_worker)

    definition = flows.actions(f"{site.ledger}/brief")
    outcome = try_out(site, definition, runs, harms, seconds=240)
    return Figure("R1", site.database, site.seed, *outcome)
