"""manage.py add_collection NAME ROOT [--id UUID] [--owner USER] [--public]: prints the collection's id."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from providers.owners import owner_named, wanted_id
from providers.transfer.adding import CollectionRefused, add_collection


class Command(BaseCommand):
    help = "Add a collection: a folder between which and others flows move files. Prints its id."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("root", help="a folder of this machine")
        parser.add_argument("--id", help="its UUID; by default a new one")
        parser.add_argument("--owner", help="a username; by default the first administrator")
        parser.add_argument(
            "--public", action="store_true", help="every signed-in user may read and write it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        owner, id = owner_named(options["owner"]), wanted_id(options["id"])
        try:
            collection = add_collection(
                options["name"], options["root"], owner, id=id, is_public=options["public"]
            )
        except CollectionRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(str(collection.pk))
