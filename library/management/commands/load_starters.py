"""manage.py load_starters"""

from typing import Any

from django.core.management.base import BaseCommand

from library.provided import load


class Command(BaseCommand):
    help = (
        "Add the starter flows with their sample data, or bring them up to date. What was changed here stays."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for told in load() or ["The starters are up to date."]:
            print(told)
