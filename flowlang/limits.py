"""How much a run may carry, and how large a text may be."""

from __future__ import annotations

from typing import Final

MAX_DATA_BYTES: Final = 204_800
MAX_SCHEMA_BYTES: Final = 262_144
