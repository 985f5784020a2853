"""One line a figure, exit code 1 when one misses its bar.

python -m tests.faults R1 --runs 200 --database postgresql --seed 7
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from tests.faults import matrix, trials
from tests.faults.figures import BARS, Figure
from tests.faults.site import DATABASES, Site

TRIALS: dict[str, Callable[..., Figure]] = {"R1": trials.killed, "R2": matrix.tried_out}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("figures", nargs="+", choices=sorted(BARS), metavar="FIGURE")
    parser.add_argument("--runs", type=int, help="how many runs, where a figure leaves that open")
    parser.add_argument("--database", choices=[*DATABASES, "both"], default="both")
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args(arguments)
    databases = DATABASES if chosen.database == "both" else [chosen.database]
    figures = [
        _measure(name, database, chosen.seed, chosen.runs)
        for name in chosen.figures
        for database in databases
    ]
    return int(any(figure.missed for figure in figures))


def _measure(name: str, database: str, seed: int, runs: int | None) -> Figure:
    options = {} if runs is None else {"runs": runs}
    with Site(database, seed=seed) as site:
        figure = TRIALS[name](site, **options)
    for violation in figure.violations[:20]:
        sys.stderr.write(f"  {violation}\n")
    sys.stdout.write(figure.line() + "\n")
    sys.stdout.flush()
    return figure


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
