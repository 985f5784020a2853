"""The command line: `python -m flowlang check FILE...`, and `dot` or `infer` with one file.

Ends with 0 without errors, 1 with errors, 2 when a file cannot be read, the report cannot be written or the
command is not understood.
"""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module

from flowlang.cli_files import Unreadable

_CODES = "Exit codes: 0 no errors, 1 errors, 2 a file cannot be read or the command is not understood."


def main(arguments: list[str]) -> int:
    """Return the exit code of one command."""
    options = _parser().parse_args(arguments)
    try:
        # Each command is a module with `run(options)`, loaded for that command only: checking starts quickly.
        return int(import_module(options.module).run(options))
    except Unreadable as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m flowlang",
        description="Check flow definitions, draw them, say what input they ask for.",
        epilog=_CODES,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _check(commands.add_parser("check", help="say what is wrong with definitions", epilog=_CODES))
    dot = commands.add_parser("dot", help="print a definition as a Graphviz graph", epilog=_CODES)
    dot.add_argument("file", metavar="DEFINITION.json", help="- reads standard input")
    dot.set_defaults(module="flowlang.cli_dot")
    infer = commands.add_parser(
        "infer", help="print the input schema that a definition asks for", epilog=_CODES
    )
    infer.add_argument("file", metavar="DEFINITION.json", help="- reads standard input")
    infer.set_defaults(module="flowlang.cli_infer")
    return parser


def _check(command: argparse.ArgumentParser) -> None:
    command.add_argument("files", nargs="+", metavar="DEFINITION.json", help="- reads standard input")
    command.add_argument("--schema", metavar="SCHEMA.json", help="the input schema of the flow")
    command.add_argument(
        "--format", choices=("text", "json"), default="text", help="text to read; json is one object a file"
    )
    command.add_argument("--strict", action="store_true", help="end with 1 for warnings too")
    command.add_argument(
        "--quiet", action="store_true", help="say nothing of hints and of files without problems"
    )
    command.set_defaults(module="flowlang.cli_check")


def start() -> None:
    """Run the command that the process was started with, and end the process."""
    for name in ("stdout", "stderr"):
        # There is none where whoever started the process has closed it.
        stream = getattr(sys, name) or open(os.devnull, "w")  # noqa: SIM115  # open to the end
        # Names and paths may hold what the terminal cannot show; a report must not fail over that.
        stream.reconfigure(errors="backslashreplace")
        setattr(sys, name, stream)
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except OSError as error:
        # The reader (head, less) has seen enough, or the disk is full: nothing can be written, nor at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
        if not isinstance(error, BrokenPipeError):
            print(f"The report cannot be written: {error.strerror}.", file=sys.stderr)
            code = 2
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    start()
