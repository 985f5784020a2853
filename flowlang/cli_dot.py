"""`python -m flowlang dot DEFINITION.json`."""

from __future__ import annotations

import argparse
import sys

from flowlang import cli_files, definition, diagram, report
from flowlang.check import check_text


def run(options: argparse.Namespace) -> int:
    """Print the diagram's source; of a text that is not JSON, what is wrong with it. Return the exit code."""
    read = definition.parse(cli_files.read(options.file))
    if read.is_json:
        print(diagram.to_dot(read.value), end="")
        return 0
    names = {"definition": cli_files.shown(options.file)}
    print("\n".join(report.lines(check_text(read.text), names)), file=sys.stderr)
    return 1
