"""What one may write into the search of runs, with examples: the help beside the box."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from runs.finding.values import LONGEST_VALUE, MOST_VALUES

_EXAMPLES: Final = [
    ('input.sample:"S-113"', "the input holds this value at $.sample"),
    ("output.files.name:scan*", "a name in the output's list of files begins so"),
    ("status:failed,cancelled", "running, needs-you, succeeded, failed, cancelled"),
    ('flow:"Two-stage transfer"', "the flow's title holds this, or its id is this"),
    ("label:nightly", "the label holds this"),
    ("tag:beamline-7", "one of the tags is this"),
    ("by:me", "who started it: a name, or me"),
    ("error:permission", "the error, its cause or the failed state holds this"),
    ("since:7d until:24h", "when it was started: 30m, 24h, 7d, 2w, today, or 2026-03-01T09:30 (UTC)"),
    ("-tag:test", "turns a criterion around"),
    ("nightly", "label, tag or flow holds the word, or a value of input or output is it"),
]


def shown() -> dict[str, object]:
    """Return the examples (text, meaning, address) and the limits of what is found."""
    told = [(text, meaning, "?" + urlencode({"q": text})) for text, meaning in _EXAMPLES]
    return {"rows": told, "most_values": MOST_VALUES, "longest_value": LONGEST_VALUE}
