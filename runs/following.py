"""People who wait for the end of a run: who they are, and the mail that they get, once."""

from __future__ import annotations

from typing import Final

from runs import access, mails
from runs.acting_tables import RunFollower
from runs.models import Run
from wire.errors import NotFound

TASK: Final = "runs.tasks.tell_follower"
_MOST_AT_ONCE: Final = 20


def follows(user: access.Person, run: Run) -> bool:
    """Whether `user` waits for a mail about this run."""
    return bool(user.pk) and RunFollower.objects.filter(run=run, user=user.pk).exists()


def due() -> list[int]:
    """Return some of those whose run has ended."""
    ended = RunFollower.objects.filter(run__wake_at=None).order_by("pk")
    return list(ended.values_list("pk", flat=True)[:_MOST_AT_ONCE])


def tell(follower_id: int) -> bool:
    """Send the mail; False when somebody else has done so, or who waited may not see the run any more.

    The wish is forgotten before its mail goes out: nobody gets two.
    """
    each = RunFollower.objects.select_related("run__flow", "user").filter(pk=follower_id).first()
    if each is None or not RunFollower.objects.filter(pk=follower_id).delete()[0]:
        return False
    try:
        run = access.run_for(each.user, each.run_id)
    except NotFound:
        return False
    if not each.user.is_active:
        return False
    mails.tell_follower(each.user, run)
    return True
