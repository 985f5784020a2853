"""The command line: `python -m flowlang check FILE...` and `python -m flowlang dot FILE`.

Ends with 0 without errors, 1 with errors, 2 when a file cannot be read or the command is not understood.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from flowlang import definition, report
from flowlang.check import Checked, check_text


class _Unreadable(Exception):
    """A file that cannot be read; the message says why."""


def main(arguments: list[str]) -> int:
    """Return the exit code of one command."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except _Unreadable as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m flowlang", description="Check and draw flow definitions."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="say what is wrong with definitions")
    check.add_argument("files", nargs="+", metavar="DEFINITION.json")
    check.add_argument("--schema", metavar="SCHEMA.json", help="the input schema of the flow")
    check.add_argument("--format", choices=("text", "json"), default="text")
    check.set_defaults(run=_check)
    dot = commands.add_parser("dot", help="print a definition as a Graphviz graph")
    dot.add_argument("file", metavar="DEFINITION.json")
    dot.set_defaults(run=_dot)
    return parser


def _check(options: argparse.Namespace) -> int:
    """Check every file, also after one that cannot be read."""
    schema = _read(options.schema) if options.schema else None
    code = 0
    for name in options.files:
        try:
            checked = check_text(_read(name), schema)
        except _Unreadable as error:
            print(error, file=sys.stderr)
            code = 2
            continue
        _show(checked, name, options)
        code = max(code, int(checked.has_errors))
    return code


def _show(checked: Checked, name: str, options: argparse.Namespace) -> None:
    if options.format == "json":
        answer: dict[str, Any] = {"file": name, **checked.to_json()}
        print(json.dumps(answer, ensure_ascii=False))
        return
    names = {"definition": name, "input_schema": options.schema or ""}
    print("\n".join([*report.lines(checked, names), report.summary(checked, name)]))


def _dot(options: argparse.Namespace) -> int:
    read = definition.parse(_read(options.file))
    if not read.is_json:
        print("\n".join(report.lines(check_text(read.text), {"definition": options.file})), file=sys.stderr)
        return 1
    # Loaded for this command only: checking must start quickly.
    diagram = import_module("flowlang.diagram")
    print(diagram.to_dot(read.value), end="")
    return 0


def _read(name: str) -> str:
    most = definition.MAX_TEXT_BYTES
    try:
        with Path(name).open("rb") as file:
            raw = file.read(most + 1)
        # What is too large is reported as that, also where it was cut inside a character.
        return raw.decode("utf-8", "replace" if len(raw) > most else "strict")
    except OSError as error:
        raise _Unreadable(f"{name} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise _Unreadable(f"{name} cannot be read: it is not UTF-8 (byte {error.start}).") from error


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        # Names and paths may hold what the terminal cannot show; a report must not fail over that.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (head, less) has seen enough. Nothing more can be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)
