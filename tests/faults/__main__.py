"""One line a figure, exit code 1 when one misses its bar.

python -m tests.faults R1 --runs 200 --database postgresql --seed 7
"""

from __future__ import annotations

import argparse
import sys

from tests.faults.gate import TRIALS, measured
from tests.faults.site import DATABASES


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("figures", nargs="*", help="R1, R4 (each R4-...), R4-hung; without any, all")
    parser.add_argument("--runs", type=int, help="how many runs, where a figure leaves that open")
    parser.add_argument("--database", choices=[*DATABASES, "both"], default="both")
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args(arguments)
    names = [name for name in TRIALS if not chosen.figures or {name, name.split("-")[0]} & {*chosen.figures}]
    if not names:
        parser.error(f"There is no figure {', '.join(chosen.figures)}; there are {', '.join(TRIALS)}.")
    failed = False
    for name in names:
        for database in TRIALS[name].databases:
            if chosen.database in (database, "both"):
                failed |= not tell(name, database, chosen.seed, chosen.runs)
    return int(failed)


def tell(name: str, database: str, seed: int, runs: int | None) -> bool:
    figure = measured(name, database, seed, runs)
    for violation in figure.violations[:20]:
        sys.stderr.write(f"  {violation[:1000]}\n")
    sys.stdout.write(figure.line() + "\n")
    sys.stdout.flush()
    return not figure.missed and not figure.violations


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
