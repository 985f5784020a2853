"""manage.py add_user USERNAME [--email EMAIL] [--administrator]"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from wire.models import User


class Command(BaseCommand):
    help = "Make a user without a password (they sign in by `sign_in_link`), and print the identity's id."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--email", default="")
        parser.add_argument("--administrator", action="store_true", help="may do everything on this site")

    def handle(self, *args: Any, username: str, email: str, administrator: bool, **options: Any) -> None:
        user = User(username=username, email=email, is_superuser=administrator, is_staff=administrator)
        user.set_unusable_password()
        try:
            user.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        user.save()
        print(user.pk)
