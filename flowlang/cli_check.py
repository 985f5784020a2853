"""`python -m flowlang check DEFINITION.json...`: what is wrong with definitions, for people or programs."""

from __future__ import annotations

import argparse
import json
import os
import sys

from flowlang import cli_files, report
from flowlang.check import Checked, check_text
from flowlang.problems import Severity


def run(options: argparse.Namespace) -> int:
    """Check every file, also after one that cannot be read, and print what is found. Return the exit code."""
    if [*options.files, options.schema].count(cli_files.STANDARD_INPUT) > 1:
        raise cli_files.Unreadable("Standard input can be read once only: name - once.")
    schema = cli_files.read(options.schema) if options.schema else None
    done: list[Checked] = []
    code = 0
    for name in options.files:
        try:
            text = cli_files.read(name)
        except cli_files.Unreadable as error:
            print(error, file=sys.stderr)
            code = 2
            continue
        done.append(_asked_for(check_text(text, schema), is_quiet=options.quiet))
        _show(done[-1], name, options)
        code = max(code, int(_is_bad(done[-1], is_strict=options.strict)))
    if options.format == "text" and len(options.files) > 1:
        print(report.total(done))
    return code


def _asked_for(checked: Checked, *, is_quiet: bool) -> Checked:
    """Return the answer as it is shown: without hints, if they are not asked for."""
    pairs = zip(checked.problems, checked.spans, strict=True)
    kept = [pair for pair in pairs if not is_quiet or pair[0].severity != "hint"]
    return checked._replace(problems=[pair[0] for pair in kept], spans=[pair[1] for pair in kept])


def _is_bad(checked: Checked, *, is_strict: bool) -> bool:
    bad: set[Severity] = {"error", "warning"} if is_strict else {"error"}
    return any(problem.severity in bad for problem in checked.problems)


def _show(checked: Checked, name: str, options: argparse.Namespace) -> None:
    if options.format == "json":
        print(json.dumps({"file": name, **checked.to_json()}, ensure_ascii=False))
        return
    names = {"definition": cli_files.shown(name), "input_schema": cli_files.shown(options.schema or "")}
    lines = report.lines(checked, names, report.coloured if _is_coloured() else report.plain)
    if not options.quiet or lines:
        print("\n".join([*lines, *[""][: len(lines)], report.summary(checked, names["definition"])]))


def _is_coloured() -> bool:
    """Whether somebody looks on who has not asked for plain text (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
