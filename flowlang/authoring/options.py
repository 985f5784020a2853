"""What is offered at a cursor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from flowlang.problems import JSON

Sort = Literal["field", "state", "path", "function", "word", "value", "provider", "error", "keyword"]
Mode = Literal["key", "value", "inside"]
# Where the cursor goes in what is inserted.
HOLE: Final = "${}"


class Option(NamedTuple):
    """One thing that can be written.

    label   what is matched against what was typed
    insert  what is written: for names and values JSON text, in which ${} and ${words} are to be typed over
    detail  a few words beside the label; text: a sentence about it
    facts   (what, value) pairs, such as ("Last run", '"a.h5"')
    reason  why it had better not be chosen now, a sentence; "" for what can be
    boost   from -99 to 99: higher ones stand first
    """

    label: str
    sort: Sort
    insert: str
    detail: str = ""
    text: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    boost: int = 0


class Offer(NamedTuple):
    """All that is offered.

    mode        "key": a member with its value; "value": a whole value; "inside": a part of a text
    start, end  what is replaced, in code points, without quotes
    options     in the order in which they are shown
    """

    mode: Mode
    start: int
    end: int
    options: list[Option]


@dataclass(frozen=True)
class Site:
    """What is known around the text.

    definition, schema  as far as they could be read; schema None: there is none
    providers  address -> JSON schema of what it takes
    about      address -> (title, sentence); offered: the addresses to offer, one for each provider
    results    address -> JSON schema of its actions' details
    samples    state -> the run data with which the last run entered it, where it did
    """

    definition: JSON
    schema: JSON = None
    providers: Mapping[str, JSON] = field(default_factory=dict)
    about: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    offered: tuple[str, ...] = ()
    results: Mapping[str, JSON] | None = None
    samples: Mapping[str, JSON] = field(default_factory=dict)
