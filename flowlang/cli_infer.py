"""`python -m flowlang infer DEFINITION.json`."""

from __future__ import annotations

import argparse
import json
import sys

from flowlang import cli_files, definition, report
from flowlang.check import check_text
from flowlang.infer import input_schema


def run(options: argparse.Namespace) -> int:
    """Print the input schema that the definition asks for. Return the exit code.

    Of a text that is not JSON, what is wrong with it is printed to standard error; the exit code is 1 then.
    """
    read = definition.parse(cli_files.read(options.file))
    if read.is_json:
        print(json.dumps(input_schema(read.value), indent=2, ensure_ascii=False))
        return 0
    names = {"definition": cli_files.shown(options.file)}
    print("\n".join(report.lines(check_text(read.text), names)), file=sys.stderr)
    return 1
