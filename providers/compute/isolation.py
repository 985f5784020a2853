"""Which level of isolation the site accepts."""

from __future__ import annotations

import os
from typing import Final

from django.conf import settings

from providers.compute.levels import Level

SETTING: Final = "COMPUTE_ISOLATION"
ACCEPTED: Final = ("full", "best")


def refusal(level: Level) -> str:
    """Return why functions are not run at `level`; "" when they are.

    The setting COMPUTE_ISOLATION is "full", for sites with other users than their administrator, or "best":
    the best level that the machine has.
    """
    wanted = accepted()
    if wanted not in ACCEPTED:
        return f'Functions are not run: the setting {SETTING} is "{wanted}", but must be "full" or "best".'
    if level.name == "none":
        return f"{level.description} {level.reason}"
    if wanted == "full" and not level.is_full:
        return (
            f'Functions are not run: this machine isolates them at level "{level.name}", and the setting '
            f"{SETTING}=full asks for more. {level.reason} Mend that, or set {SETTING}=best to accept it."
        )
    return ""


def accepted() -> str:
    """Return the setting's value."""
    return str(getattr(settings, SETTING, None) or os.environ.get(SETTING) or "best")
