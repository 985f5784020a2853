"""The one encoding by which it is measured how much a run carries."""

from __future__ import annotations

from typing import Final

import orjson

from flowlang.limits import MAX_DATA_BYTES
from flowlang.problems import JSON, FlowError

_TOO_DEEP: Final = "Recursion limit reached"
_LEVELS_AROUND: Final = 14  # kept for logs, intents and lists of runs, which put the data into something


def encode(value: JSON) -> bytes:
    """Return `value` as compact UTF-8 JSON.

    Raises FlowError("States.DataLimitExceeded") when it is nested too deep (240 levels), and
           FlowError("States.Runtime") when it cannot be JSON: integers beyond 64 bits, half a surrogate pair
    """
    for _ in range(_LEVELS_AROUND):
        value = [value]
    try:
        return orjson.dumps(value)[_LEVELS_AROUND:-_LEVELS_AROUND]
    except orjson.JSONEncodeError as error:
        if _TOO_DEEP in str(error):
            raise FlowError("States.DataLimitExceeded", "The data is nested too deep.") from error
        raise FlowError("States.Runtime", f"The data cannot be written as JSON: {error}.") from error


def encode_within_limit(value: JSON, what: str = "The run data") -> bytes:
    """Return `encode(value)`. Raises FlowError("States.DataLimitExceeded") also when it is too large."""
    encoded = encode(value)
    if len(encoded) > MAX_DATA_BYTES:
        raise too_large(what, len(encoded))
    return encoded


def too_large(what: str, size_bytes: int) -> FlowError:
    """Return the error for `what` having grown to `size_bytes`, or at least that."""
    cause = f"{what} would have {size_bytes:,} bytes; at most {MAX_DATA_BYTES:,} are allowed."
    return FlowError("States.DataLimitExceeded", cause)
