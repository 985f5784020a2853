"""The checker beside other validators: time of one check of flows of each shape and size, and of one command.

    .venv/bin/python bench/check.py [--shapes chain,loop,fan-in,choices] [--sizes 10,31,200,1000]
                                    [--seconds 1] [--alone]

Every tool reads the same flow from its text; those for the Amazon States Language read it in that language.
For each it prints median [least .. most] in milliseconds, and how many times our median that is. The peers
are installed below bench/ the first time; --alone leaves them out.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import definitions
import edits
import others
from timing import growth, measure, measure_each, n_log_n

BASE = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BASE))

import states_schema  # noqa: E402

from flowlang.check import check_text  # noqa: E402

# Median milliseconds: what we aim at, and what may not be exceeded.
BARS = {31: (2, 5), 200: (12, 30), 1_000: (60, 150)}
COLD_REPEATS = 15
# How many texts there are that the checker has not seen before, and how many with one edit more.
UNSEEN = 15
EDITED = 60
OURS = "headrace"
TYPING = f"{OURS}, one state edited since"
# What it takes at least; it grows a little faster than the text, which caches cannot hold for ever.
READING = "json.loads alone"


def main() -> None:
    options = arguments()
    if not options.alone:
        others.install()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    for shape in options.shapes:
        flows = [question(shape, size) for size in options.sizes]
        rows = ours(flows, options.seconds) + ([] if options.alone else theirs(flows, options.seconds))
        table(shape, rows, options.sizes)
    cold(alone=options.alone)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--shapes", type=lambda text: text.split(","), default=list(definitions.SHAPES))
    parser.add_argument(
        "--sizes", type=lambda text: [int(size) for size in text.split(",")], default=list(definitions.SIZES)
    )
    parser.add_argument("--seconds", type=float, default=1.0, help="for each measurement")
    parser.add_argument("--alone", action="store_true", help="without the peers")
    return parser.parse_args()


def question(shape: str, size: int) -> dict:
    definition = definitions.flow(shape, size)
    texts = {"globus": definition, "asl": definitions.asl(definition)}
    return {"shape": shape, "states": size} | {key: json.dumps(v, indent=2) for key, v in texts.items()}


def ours(flows: list[dict], seconds: float) -> list[dict]:
    """Measure a text seen before, with its input schema, texts as they are typed, and texts never seen.

    Last, only the JSON of the text.
    """
    schema = json.dumps(definitions.SCHEMA, indent=2)
    rows = []
    for flow in flows:
        text = flow["globus"]
        about = {"shape": flow["shape"], "states": flow["states"], "problems": len(check_text(text).problems)}
        ways = {
            OURS: measure(lambda text=text: check_text(text), seconds),
            f"{OURS}, with an input schema": measure(lambda text=text: check_text(text, schema), seconds),
            TYPING: measure_each(check_text, edits.texts(flow["shape"], flow["states"], EDITED)),
            f"{OURS}, never seen before": measure_each(check_text, unseen(flow)),
            READING: measure(lambda text=text: json.loads(text), seconds / 4),
        }
        rows += [{"tool": tool, **about, **taken} for tool, taken in ways.items()]
    return rows


def theirs(flows: list[dict], seconds: float) -> list[dict]:
    asked = {"flows": flows, "seconds": seconds, "states_schema": states_schema.schema()}
    rows = others.ask([others.PYTHON, others.BENCH / "others_check.py"], asked)
    return rows + others.ask(["node", others.BENCH / "others_check.cjs"], asked)


def unseen(flow: dict) -> list[str]:
    flows = (definitions.flow(flow["shape"], flow["states"], f"x{number}") for number in range(UNSEEN))
    return [json.dumps(flow, indent=2) for flow in flows]


def table(shape: str, rows: list[dict], sizes: list[int]) -> None:
    tools = list(dict.fromkeys(row["tool"] for row in rows))
    print(f"\n{shape}: ms, median [least .. most], times ours")
    print(f"{'states':38}" + "".join(f"{size:>36,}" for size in sizes) + "   growth  problems", flush=True)
    base = {row["states"]: row["median"] for row in rows if row["tool"] == OURS}
    for tool in tools:
        found = {row["states"]: row for row in rows if row["tool"] == tool}
        cells = "".join(f"{cell(found[size], base[size]):>36}" for size in sizes)
        problems = sum(row["problems"] for row in found.values())
        print(f"{tool:38}{cells}   {exponent(found):>6}  {problems}")
    print(f"growth: exponent from 200 to 1,000 states; n log n has {n_log_n(200, 1_000):.2f}")
    for row in rows:
        goal, most = BARS.get(row["states"], (None, None))
        if goal and row["tool"] in (OURS, TYPING) and row["median"] > goal:
            print(f"  {row['tool']}, {row['states']:,} states: above the goal of {goal} ms, bar {most}")


def cell(row: dict, base: float) -> str:
    ratio = "" if row["tool"] == OURS else f" {row['median'] / base:.1f}x"
    return f"{row['median']:.2f} [{row['least']:.2f} .. {row['most']:.2f}]{ratio}"


def exponent(found: dict[int, dict]) -> str:
    large = [size for size in sorted(found) if size >= 200]
    if len(large) < 2:
        return "-"
    # Of the time on the CPU, where that is known: it is the least disturbed by what else is running.
    (small, few), (most, many) = ((size, found[size]) for size in (large[0], large[-1]))
    return f"{growth(small, few.get('cpu', few['median']), most, many.get('cpu', many['median'])):.2f}"


def cold(*, alone: bool) -> None:
    """Measure the commands, each in a new process, with 31 states."""
    with tempfile.TemporaryDirectory(prefix="headrace-bench-") as folder:
        names = {language: f"{folder}/{language}.json" for language in ("globus", "asl")}
        flow = question("chain", 31)
        for language, name in names.items():
            pathlib.Path(name).write_text(flow[language])
        shutil.copytree(BASE / "flowlang", f"{folder}/flowlang", ignore=shutil.ignore_patterns("__pycache__"))
        check = [sys.executable, "-m", "flowlang", "check", names["globus"]]
        commands = {
            "python -m flowlang check, no .pyc": (check, {"PYTHONDONTWRITEBYTECODE": "1"}),
            "python -m flowlang check": (check, {}),
            "python -c pass": ([sys.executable, "-c", "pass"], {}),
        }
        if not alone:
            validator = str(others.NODE_MODULES / ".bin" / "asl-validator")
            commands["statelint"] = ([str(others.VENV / "bin" / "statelint"), names["asl"]], {})
            commands["asl-validator"] = ([validator, "--json-path", names["asl"]], {})
            commands["node -e 0"] = (["node", "-e", "0"], {})
        print(f"\ncommands, 31 states, {COLD_REPEATS} times: ms, median [least .. most]")
        for name, (command, environment) in commands.items():
            print(f"{name:38}{start(command, environment, folder)}", flush=True)


def start(command: list[str], environment: dict[str, str], folder: str) -> str:
    inherited = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}

    def work() -> None:
        subprocess.run(command, cwd=folder, env={**inherited, **environment}, capture_output=True, timeout=60)

    taken = measure(work, 0, COLD_REPEATS)
    return f"{taken['median']:.0f} [{taken['least']:.0f} .. {taken['most']:.0f}]"


if __name__ == "__main__":
    main()
