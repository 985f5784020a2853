"""What one writes into the box above the runs: words, and fields with values. Pure.

    input.sample:"S-113" status:failed -tag:test since:7d nightly

Criteria are parted by blanks and all hold. A value with blanks stands in quotes; "-" before a criterion turns
it around; "*" at the end of a value means that it begins so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Final

LONGEST: Final = 500
MOST_CRITERIA: Final = 20
WORDS: Final = "words"
SIDES: Final = ("input", "output")
STATUSES: Final = ("running", "needs-you", "succeeded", "failed", "cancelled")
FIELDS: Final = ("status", "flow", "label", "tag", "by", "error", "since", "until")
# The API's own names for a status, and what people call one.
_STATUS_NAMES: Final = {
    **{name: name for name in STATUSES},
    "active": "running",
    "inactive": "needs-you",
    "waiting": "needs-you",
    "success": "succeeded",
    "canceled": "cancelled",
}
_UNITS: Final = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SPAN: Final = re.compile(r"(\d{1,5})([mhdw])", re.ASCII)
_NAME: Final = re.compile(r'-?([A-Za-z][\w-]*)((?:\.(?:"[^"]*"|[^\s:".]+))*):')
_SEGMENT: Final = re.compile(r'\.(?:"([^"]*)"|([^\s:".]+))')
_ITEM: Final = re.compile(r"\[(\d*|\*)\]")
_WORD: Final = re.compile(r"\S+")
_TIME_EXAMPLE: Final = (
    "Write a span such as since:7d or 24h, or a time such as 2026-03-01 or 2026-03-01T09:30."
)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition.

    field     one of FIELDS, "input", "output", or WORDS for words without a field
    path      below input or output: names joined by dots
    value     as it was written, without quotes and without the "*" of `begins`
    at, end   where it stands in the text
    instant   of since and until
    statuses  of status
    """

    field: str
    value: str
    at: int
    end: int
    path: str = ""
    negated: bool = False
    begins: bool = False
    instant: datetime | None = None
    statuses: tuple[str, ...] = ()


class Fault(Exception):
    """What cannot be read, from `at` on, and a text to try instead ("" where none is known)."""

    def __init__(self, message: str, at: int, instead: str = "") -> None:
        super().__init__(message)
        self.message, self.at, self.instead = message, at, instead

    @property
    def position(self) -> int:
        """Return where it stands, as people count."""
        return self.at + 1


def parse(text: str, now: datetime) -> list[Criterion]:
    """Return the criteria. Raises Fault.

    now   an aware instant, from which spans count back
    """
    if len(text) > LONGEST:
        raise Fault(
            f"The search has {len(text)} characters; at most {LONGEST} are read. Shorten it.", LONGEST
        )
    found: list[Criterion] = []
    at = _after_blanks(text, 0)
    while at < len(text):
        if len(found) == MOST_CRITERIA:
            raise Fault(f"A search has at most {MOST_CRITERIA} criteria. Take some out.", at)
        found.append(_criterion(text, at, now))
        at = _after_blanks(text, found[-1].end)
    return found


def _after_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _criterion(text: str, at: int, now: datetime) -> Criterion:
    negated = text[at] == "-" and at + 1 < len(text) and not text[at + 1].isspace()
    name = _NAME.match(text, at)
    if name is None:
        value, end, begins = _value(text, at + negated, "")
        return Criterion(WORDS, value, at, end, negated=negated, begins=begins)
    field, below = name[1].lower(), name[2]
    _refuse_field(text, at, field, below, name)
    value, end, begins = _value(text, name.end(), name[0].lstrip("-"))
    if field in SIDES and begins and not value:
        raise Fault('Before "*" stands at least one character.', name.end())
    path = _path(below)
    criterion = Criterion(field, value, at, end, path, negated, begins)
    return _READ[field](criterion, text, now) if field in _READ else criterion


def _refuse_field(text: str, at: int, field: str, below: str, name: re.Match[str]) -> None:
    if field in SIDES and not below:
        message = f'After "{field}" comes a path, for example {field}.sample:"S-113".'
        raise Fault(message, name.start(1))
    if field in FIELDS and below:
        raise Fault(f'"{field}" has no path: write {field}: and the value.', name.start(2))
    if field not in FIELDS and field not in SIDES:
        _refuse_unknown(text, at, field, name)


def _refuse_unknown(text: str, at: int, field: str, name: re.Match[str]) -> None:
    close = get_close_matches(field, [*FIELDS, *SIDES], 1, 0.7)
    if close:
        instead = text[: name.start(1)] + close[0] + text[name.end(1) :]
        raise Fault(f'"{field}" is not a field. Did you mean "{close[0]}"?', name.start(1), instead)
    word = _WORD.match(text, at)
    whole = word[0] if word else ""
    quoted = f'"{whole}"' if '"' not in whole else ""
    message = (
        f'"{field}" is not a field. The fields are {", ".join(FIELDS)}, input.… and output.…; '
        "put words with a colon in quotes to search for them."
    )
    raise Fault(message, name.start(1), text[:at] + quoted + text[at + len(whole) :] if quoted else "")


def _path(below: str) -> str:
    names = [quoted or bare for quoted, bare in _SEGMENT.findall(below)]
    return ".".join(name for name in (_ITEM.sub("", each) for each in names) if name)


def _value(text: str, at: int, field: str) -> tuple[str, int, bool]:
    """Return the value that begins at `at`, where it ends, and whether a "*" closes it."""
    if text[at : at + 1] == '"':
        return _quoted(text, at)
    word = _WORD.match(text, at)
    if word is None:
        raise Fault(f'A value is missing after "{field}". Write one, or take "{field}" out.', at)
    if '"' in word[0]:
        quote = at + word[0].index('"')
        message = 'A quote stands inside a word. Put the whole value in quotes, and \\" for a quote in it.'
        raise Fault(message, quote)
    begins = word[0].endswith("*")
    return word[0].removesuffix("*"), word.end(), begins


def _quoted(text: str, at: int) -> tuple[str, int, bool]:
    letters, place = [], at + 1
    while place < len(text) and text[place] != '"':
        place += text[place] == "\\" and text[place + 1 : place + 2] in ('"', "\\")
        letters.append(text[place : place + 1])
        place += 1
    if place >= len(text):
        raise Fault(
            "The quote that opens here is not closed. Add a quote where the value ends.", at, text + '"'
        )
    end = place + 1
    begins = text[end : end + 1] == "*"
    end += begins
    if end < len(text) and not text[end].isspace():
        instead = f"{text[:end]} {text[end:]}"
        raise Fault("A blank is missing after the closing quote.", end, instead)
    return "".join(letters), end, begins


# --- fields with values of their own


def _status(criterion: Criterion, text: str, now: datetime) -> Criterion:
    found: list[str] = []
    for word in criterion.value.lower().replace(" ", "-").split(","):
        if word not in _STATUS_NAMES:
            _refuse_status(criterion, text, word)
        found.append(_STATUS_NAMES[word])
    return replace(criterion, statuses=tuple(dict.fromkeys(found)))


def _refuse_status(criterion: Criterion, text: str, word: str) -> None:
    close = get_close_matches(word, list(_STATUS_NAMES), 1, 0.6)
    at = _value_at(criterion, text)
    instead = f"{text[:at]}{_STATUS_NAMES[close[0]]}{text[criterion.end :]}" if close else ""
    allowed = ", ".join(STATUSES)
    raise Fault(f'"{word}" is not a status. Take one of {allowed}, or several with commas.', at, instead)


def _instant(criterion: Criterion, text: str, now: datetime) -> Criterion:
    return replace(criterion, instant=_read_instant(criterion, text, now))


def _read_instant(criterion: Criterion, text: str, now: datetime) -> datetime:
    written = criterion.value.strip().lower()
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if written in ("today", "yesterday"):
        return midnight - timedelta(days=written == "yesterday")
    span = _SPAN.fullmatch(written)
    try:
        if span:
            return now - timedelta(seconds=int(span[1]) * _UNITS[span[2]])
        instant = datetime.fromisoformat(criterion.value.strip())
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        message = f'"{criterion.value[:40]}" is not a time. {_TIME_EXAMPLE}'
        raise Fault(message, _value_at(criterion, text)) from error


def _value_at(criterion: Criterion, text: str) -> int:
    return text.index(":", criterion.at) + 1


_READ: Final[dict[str, Callable[[Criterion, str, datetime], Criterion]]] = {
    "status": _status,
    "since": _instant,
    "until": _instant,
}


# --- writing


def quoted(value: str) -> str:
    """Return a value as it is written: in quotes where it needs them."""
    if value and not re.search(r'[\s"]', value) and not value.endswith("*"):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def without(text: str, *criteria: Criterion) -> str:
    """Return the text without some of its criteria."""
    for criterion in sorted(criteria, key=lambda each: each.at, reverse=True):
        text = f"{text[: criterion.at].rstrip()} {text[criterion.end :].lstrip()}".strip()
    return text
