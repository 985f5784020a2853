"""`manage.py run_flow DEFINITION.json --input INPUT.json`: run a flow here and now."""

import argparse
import sys
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand
from django.db import DatabaseError

from runs import foreground
from runs.models import Run
from wire.errors import ApiError


class Command(BaseCommand):
    help = (
        "Run a flow in the foreground and print its log as it happens. "
        "Exit code: 0 when it succeeded, 1 when it failed, 2 when it could not start."
    )
    requires_system_checks = ()  # they would load every page of the site

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("definition", type=Path, metavar="DEFINITION.json")
        parser.add_argument("--input", type=Path, required=True, metavar="INPUT.json")
        parser.add_argument("--schema", type=Path, metavar="SCHEMA.json", help="the flow's input schema")
        parser.add_argument("--json", action="store_true", help="print one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        show = self._show_json if options["json"] else self._show_text
        try:
            files = foreground.read(options["definition"], options["input"], options["schema"])
            run = foreground.run(files, show)
        except (foreground.CannotStart, ApiError) as error:
            self._refuse(str(error))
        except DatabaseError as error:
            self._refuse(f"The database cannot be used: {error}. Has `manage.py migrate` been run?")
        if not options["json"]:
            self._show_end(run)
        sys.exit(0 if run.status == Run.SUCCEEDED else 1)

    def _refuse(self, lines: str) -> None:
        self.stderr.write(lines)
        sys.exit(2)

    def _show_json(self, entry: dict[str, Any]) -> None:
        self.stdout.write(orjson.dumps(entry).decode())
        self.stdout.flush()

    def _show_text(self, entry: dict[str, Any]) -> None:
        time, details = entry["time"][11:23], entry["details"]
        cause = f": {details['cause']}" if details.get("cause") else ""
        self.stdout.write(f"{time}  {entry['code']:<24}  {entry['description']}{cause}")
        self.stdout.flush()

    def _show_end(self, run: Run) -> None:
        seconds = ((run.completed_at or run.started_at) - run.started_at).total_seconds()
        self.stdout.write(f"{run.status} after {seconds:.1f} s. Run {run.pk}")
