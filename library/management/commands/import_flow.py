"""manage.py import_flow DEFINITION.json [--schema SCHEMA.json] --title TITLE [--owner USER]"""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from flowlang.check import Checked
from library.publish import create_flow, faults
from wire.models import User
from wire.people import first_administrator

UNREADABLE = 2


class Command(BaseCommand):
    help = (
        "Publish a flow from files and print its id. Exits 1 when it is wrong, 2 when a file cannot be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("definition", metavar="DEFINITION.json")
        parser.add_argument(
            "--schema", metavar="SCHEMA.json", help="the input schema; default: accepts all input"
        )
        parser.add_argument("--title", required=True)
        parser.add_argument("--owner", metavar="USER", help="default: the first administrator")

    def handle(self, *args: Any, definition: str, schema: str | None, **options: Any) -> None:
        source = _read(definition)
        schema_source = _read(schema) if schema else "{}"
        title = _title(options["title"])
        owner = _owner(options["owner"])
        answer, items = faults(source, schema_source)
        if items:
            _report(answer, {"definition": definition, "input_schema": schema or ""})
            sys.exit(1)
        print(create_flow(owner, title, source, schema_source).pk)


def _read(name: str) -> str:
    try:
        return Path(name).read_bytes().decode("utf-8")
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}.", returncode=UNREADABLE) from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{name}: byte {error.start} is not UTF-8.", returncode=UNREADABLE) from error


def _title(text: str) -> str:
    title = text.strip()
    if not 1 <= len(title) <= 128:
        raise CommandError(f"--title: it has {len(title)} characters; 1 to 128 are allowed.")
    return title


def _owner(username: str | None) -> User:
    if username is None:
        return first_administrator()
    owner = User.objects.filter(username=username).first()
    if owner is None:
        raise CommandError(
            f'--owner: there is no user "{username}". Make one: python manage.py add_user {username}'
        )
    return owner


def _report(answer: Checked, files: dict[str, str]) -> None:
    """List the errors as a compiler does."""
    for problem in answer.to_json()["problems"]:
        if problem["severity"] == "error":
            place = f"{files[problem['document']]}:{problem['line']}:{problem['column']}"
            print(f"{place}: error: {problem['message']} [{problem['code']}]", file=sys.stderr)
