"""How much a run may carry."""

from __future__ import annotations

from typing import Final

MAX_DATA_BYTES: Final = 204_800
