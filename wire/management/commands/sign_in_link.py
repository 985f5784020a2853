"""manage.py sign_in_link [USERNAME] [--ask-first]"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from wire.models import User
from wire.people import first_administrator
from wire.sign_in import issue_link


class Command(BaseCommand):
    help = "Print the path of a link that signs one person in once, within a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", nargs="?", help="default: the first administrator")
        parser.add_argument(
            "--ask-first", action="store_true", help="for a link sent by mail: opening it shows a button"
        )

    def handle(self, *args: Any, username: str | None, ask_first: bool, **options: Any) -> None:
        user = _named(username) if username else first_administrator()
        secret = issue_link(user, asks_first=ask_first)
        print(reverse("wire:sign-in-link", args=[secret]))


def _named(username: str) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(f'There is no user "{username}". Make one: python manage.py add_user {username}')
    if not user.is_active:
        raise CommandError(f'User "{username}" is not active and cannot sign in.')
    return user
