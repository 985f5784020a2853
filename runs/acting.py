"""What the page of a run needs to know for what one can do with the run there."""

from __future__ import annotations

from typing import Any

from runs import access, following
from runs.acting_tables import RunBundle
from runs.consents import consent_repair
from runs.models import Run


def context(run: Run, user: access.Person) -> dict[str, Any]:
    """Return what the templates of the page's actions read."""
    return {
        "need": consent_repair.need(run),
        "bundle": RunBundle.objects.filter(run=run.pk).first(),
        "follows": run.status not in Run.TERMINAL and following.follows(user, run),
    }
