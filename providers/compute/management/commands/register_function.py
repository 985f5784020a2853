"""manage.py register_function FILE.py:NAME [--id UUID] [--owner USER]: prints the function's id."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from providers.compute.registering import MOST_SOURCE_BYTES, Refused, register
from providers.owners import owner_named, wanted_id


class Command(BaseCommand):
    help = "Register a Python function, so that flows can run it. The whole file is stored. Prints its id."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "function", metavar="FILE.py:NAME", help="the file, and the function's name in it"
        )
        parser.add_argument("--id", help="its UUID; by default a new one. A function with it is replaced")
        parser.add_argument("--owner", help="a username; by default the first administrator")
        parser.add_argument("--public", action="store_true", help="every signed-in user may run it")
        parser.add_argument("--description", help="by default the first paragraph of its docstring")

    def handle(self, *args: Any, **options: Any) -> None:
        path, separator, name = options["function"].rpartition(":")
        if not separator or not path:
            raise CommandError(f'"{options["function"]}" must be a file and a function: FILE.py:NAME.')
        source = _source(path)
        owner, id = owner_named(options["owner"]), wanted_id(options["id"])
        try:
            function = register(
                owner,
                name,
                source,
                id=id,
                description=options["description"],
                is_public=options["public"],
            )
        except Refused as error:
            raise CommandError(f"{path}: {error}") from error
        self.stdout.write(str(function.pk))


def _source(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            content = file.read(MOST_SOURCE_BYTES + 1)
        if len(content) > MOST_SOURCE_BYTES:
            raise CommandError(f'The file "{path}" has more than {MOST_SOURCE_BYTES:,} bytes.')
        return content.decode("utf-8-sig")
    except OSError as error:
        raise CommandError(f'The file "{path}" cannot be read: {error.strerror}.') from error
    except UnicodeDecodeError as error:
        raise CommandError(f'The file "{path}" is not UTF-8 text (byte {error.start}).') from error
