"""manage.py create_token USERNAME [--name NAME]"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wire.auth import issue_token
from wire.models import User


class Command(BaseCommand):
    help = "Make an API token and print it. It is shown only now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="command line", help="what the account page calls it")

    def handle(self, *args: Any, username: str, name: str, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(_unknown(username))
        if not user.is_active:
            raise CommandError(f'User "{username}" is not active, so a token would be refused.')
        print(issue_token(user, name[:64]))


def _unknown(username: str) -> str:
    names = list(User.objects.order_by("username").values_list("username", flat=True)[:10])
    known = f"Users: {', '.join(names)}." if names else "There are no users yet."
    return f'There is no user "{username}". {known} Make one: python manage.py add_user {username}'
