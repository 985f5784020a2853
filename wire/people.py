"""People whom the site itself needs."""

from __future__ import annotations

from wire.models import User

ADMINISTRATOR = "admin"


def first_administrator() -> User:
    """Return the oldest superuser; when there is none, user "admin" is made one (it signs in by a link)."""
    found = User.objects.filter(is_superuser=True, is_active=True).order_by("date_joined", "pk").first()
    return found or _make_administrator()


def _make_administrator() -> User:
    user, _ = User.objects.get_or_create(username=ADMINISTRATOR)
    if not user.password:
        user.set_unusable_password()
    user.is_superuser = user.is_staff = user.is_active = True
    user.save(update_fields=["password", "is_superuser", "is_staff", "is_active"])
    return user
