"""manage.py add_index NAME [--id UUID] [--owner USER] [--public]: prints the search index's id."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from providers.owners import owner_named, wanted_id
from providers.search.access import create_index
from providers.search.models import SearchIndex


class Command(BaseCommand):
    help = "Add a search index that flows ingest documents into. Prints its id."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument(
            "--id", help="its UUID, e.g. the one that a definition names; by default a new one"
        )
        parser.add_argument("--owner", help="a username; by default the first administrator")
        parser.add_argument("--public", action="store_true", help="every signed-in user may ingest")

    def handle(self, *args: Any, **options: Any) -> None:
        name, owner, id = options["name"].strip(), owner_named(options["owner"]), wanted_id(options["id"])
        if not 0 < len(name) <= 128:
            raise CommandError(f'The name "{name[:40]}" must have 1 to 128 characters.')
        if id and SearchIndex.objects.filter(pk=id).exists():
            raise CommandError(f"There is a search index {id} already. Choose another id, or use that one.")
        self.stdout.write(str(create_index(name, owner, id=id, is_open=options["public"]).pk))
