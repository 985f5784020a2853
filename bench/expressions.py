"""The expression evaluator beside simpleeval: evaluations a second of CPU, parsed once and each time.

    .venv/bin/python bench/expressions.py [--seconds 0.5] [--alone]

Both read the same texts and names, in processes of their own with the same Python; the values must agree.
"""

import argparse
import json
import os
import pathlib
import sys

import others
from timing import per_second

BASE = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BASE))

from flowlang import expressions  # noqa: E402

NAMES = {
    "n": 7,
    "limit": 1_000,
    "ready": True,
    "name": "ada",
    "who": {"name": "ada", "tags": ["a", "b", "c"], "address": {"city": "London"}},
    "files": [{"name": f"part-{at}.h5", "size": at * 1_000} for at in range(20)],
}
TEXTS = [
    "n + 1",
    "'x' if n > 3 and name == 'ada' else 'y'",
    "who.address.city + '/' + name",
    "who['tags'][1]",
    "len(files) > 10 and not ready or limit / n >= 100",
    "f'{name} has {n} of {limit}'",
    "[file.name for file in files if file.size > 5000]",
]
# What a run needs of its evaluator, in evaluations of the first text a second.
BAR = 50_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=0.5, help="for each measurement")
    parser.add_argument("--alone", action="store_true", help="without simpleeval")
    options = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    theirs = {}
    if not options.alone:
        others.install()
        asked = {"texts": TEXTS, "names": NAMES, "seconds": options.seconds}
        answers = others.ask([others.PYTHON, others.BENCH / "others_expressions.py"], asked)
        theirs = {answer["text"]: answer for answer in answers}
    heads = ("ours, parsed once", "simpleeval", "ours, each time", "simpleeval")
    print(f"\n{'evaluations/s':52}" + "".join(f"{head:>20}" for head in heads))
    rates = [line(text, theirs.get(text), options.seconds) for text in TEXTS]
    print(f"{TEXTS[0]}: {rates[0]:,.0f}/s, {'at least' if rates[0] >= BAR else 'below'} {BAR:,}/s")


def line(text: str, other: dict | None, seconds: float) -> float:
    """Measure one text, print its line, return our rate."""
    parsed = expressions.parse(text)
    value = expressions.evaluate(parsed, NAMES, {})
    if other and other["value"] != json.loads(json.dumps(value)):
        sys.exit(f"{text} is {value!r} here and {other['value']!r} there.")
    once = per_second(lambda: expressions.evaluate(parsed, NAMES, {}), seconds)
    anew = per_second(lambda: expressions.evaluate(expressions.parse(text), NAMES, {}), seconds)
    cells = [f"{once:,.0f}", "-", f"{anew:,.0f}", "-"]
    if other:
        cells[1] = f"{other['once']:,.0f} ({once / other['once']:.1f}x)"
        cells[3] = f"{other['anew']:,.0f} ({anew / other['anew']:.1f}x)"
    print(f"{text:52}" + "".join(f"{cell:>20}" for cell in cells), flush=True)
    return once


if __name__ == "__main__":
    main()
