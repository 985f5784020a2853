"""manage.py add_endpoint NAME [--id UUID]: prints the endpoint's id."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from providers.compute.registering import Refused, add_endpoint
from providers.owners import owner_named, wanted_id


class Command(BaseCommand):
    help = "Add a compute endpoint. Start its worker with endpoint_worker. Prints its id."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--id", help="its UUID; by default a new one")

    def handle(self, *args: Any, **options: Any) -> None:
        owner, id = owner_named(None), wanted_id(options["id"])
        try:
            endpoint = add_endpoint(options["name"], owner, id=id)
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(str(endpoint.pk))
