"""What the checks find: problems in the making, with remedies that do not know the author's text yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Literal, NamedTuple, TypeAlias

from flowlang import spelling
from flowlang.problems import JSON, Loc, Problem, Severity

# Of each severity: advice must not crowd out the error that forbids publishing.
MAX_FINDINGS: Final = 200
# Comparing a misspelt name with every state's takes a while; a broken text may have thousands of them.
_MAX_COMPARISONS: Final = 5_000
# So does trying what a broken path or expression may have been meant to be.
_MAX_REPAIRS: Final = 100
_MAX_QUOTED: Final = 60


class Put(NamedTuple):
    """Give the member at `loc` this value; make it, if it is not there, as the last one or the first."""

    loc: Loc
    value: JSON
    is_first: bool = False


class Rename(NamedTuple):
    """Give the member at `loc` another name."""

    loc: Loc
    name: str


class Remove(NamedTuple):
    """Take the member at `loc` out."""

    loc: Loc


class Replace(NamedTuple):
    """Put `text` in the place of the characters start..end of the text at `loc`."""

    loc: Loc
    start: int
    end: int
    text: str


Change: TypeAlias = Put | Rename | Remove | Replace


class Remedy(NamedTuple):
    """A title in words, and the change that it stands for; `also` are others that it takes."""

    title: str
    change: Change
    also: tuple[Change, ...] = ()


class Finding(NamedTuple):
    """A problem and its remedies. `offset` points into the text at the problem's loc, in code points."""

    problem: Problem
    remedies: tuple[Remedy, ...] = ()
    offset: int | None = None


class Findings:
    """All that the checks found in one document. `addresses` are the providers known here, https or not."""

    def __init__(self, document: Literal["definition", "input_schema"] = "definition") -> None:
        self.document = document
        self.found: list[Finding] = []
        self.addresses: frozenset[str] = frozenset()
        self.comparisons = _MAX_COMPARISONS
        self.repairs = _MAX_REPAIRS
        self.counts: dict[Severity, int] = {}

    def closest(self, word: str, names: Iterable[str]) -> str | None:
        """Return the name that `word` is a misspelling of, if any; gives up after many comparisons."""
        names = list(names)
        self.comparisons -= len(names)
        return spelling.closest(word, names) if self.comparisons > 0 else None

    def repaired(self, repair: Callable[[str], str | None], text: str) -> str | None:
        """Return what `repair` makes of a broken text, if anything; gives up after many."""
        self.repairs -= 1
        return repair(text) if self.repairs >= 0 else None


class Site(NamedTuple):
    """A place in a document, where checks report what they find.

    loc      the place
    subject  how messages about it begin; by itself 'State "Copy": ' inside a state, and else nothing
    """

    findings: Findings
    loc: Loc = ()
    subject: str = ""

    def at(self, *steps: str | int) -> Site:
        """Return the place `steps` further in."""
        # Not by the constructor of named tuples: this runs for every member of every state.
        return tuple.__new__(Site, (self.findings, self.loc + steps, self.subject))

    def error(
        self,
        code: str,
        message: str,
        *remedies: Remedy,
        type: str = "value_error",
        on_key: bool = False,
        offset: int | None = None,
    ) -> None:
        """Report what Globus rejects or what must fail when run."""
        self._tell("error", code, message, remedies, type=type, on_key=on_key, offset=offset)

    def warn(
        self, code: str, message: str, *remedies: Remedy, on_key: bool = False, offset: int | None = None
    ) -> None:
        """Report what is probably not meant."""
        self._tell("warning", code, message, remedies, on_key=on_key, offset=offset)

    def hint(
        self, code: str, message: str, *remedies: Remedy, on_key: bool = False, offset: int | None = None
    ) -> None:
        """Report what is worth a thought."""
        self._tell("hint", code, message, remedies, on_key=on_key, offset=offset)

    def _tell(
        self,
        severity: Severity,
        code: str,
        message: str,
        remedies: tuple[Remedy, ...],
        *,
        type: str = "value_error",
        on_key: bool = False,
        offset: int | None = None,
    ) -> None:
        count = self.findings.counts.get(severity, 0)
        if count >= MAX_FINDINGS:
            return
        self.findings.counts[severity] = count + 1
        problem = Problem(
            loc=self.loc,
            message=f"{self.subject or self._state()}{message}",
            code=code,
            severity=severity,
            type=type,
            on_key=on_key,
            document=self.findings.document,
        )
        self.findings.found.append(Finding(problem, remedies, offset))

    def _state(self) -> str:
        is_inside = self.findings.document == "definition" and len(self.loc) > 1 and self.loc[0] == "States"
        return f"State {quote(str(self.loc[1]))}: " if is_inside else ""


def rewritten(loc: Loc, old: str, new: str) -> tuple[Remedy, ...]:
    """Return the remedy that makes `new` of the text `old` at `loc`; only what differs is touched."""
    start = _shared(old, new)
    kept = min(_shared(old[::-1], new[::-1]), len(old) - start, len(new) - start)
    change = Replace(loc, start, len(old) - kept, new[start : len(new) - kept])
    is_short = len(new) <= _MAX_QUOTED and new.isprintable()
    return (Remedy(f"Write {new}" if is_short else "Write it so", change),)


def _shared(one: str, other: str) -> int:
    """Return how many characters at their beginnings are the same."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def quote(value: JSON) -> str:
    """Return `value` as messages show it: text in double quotes, long values cut."""
    text = f'"{value}"' if isinstance(value, str) else _plain(value)
    text = text.encode("utf-8", "replace").decode()
    if not text.isprintable():
        text = "".join(char if char.isprintable() else "\ufffd" for char in text[: _MAX_QUOTED + 2])
    return text if len(text) <= _MAX_QUOTED else f'{text[: _MAX_QUOTED - 1]}…"'


def _plain(value: JSON) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "an object"
    return "an array" if isinstance(value, list) else str(value)
