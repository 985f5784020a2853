"""What can be wrong with a text itself, and the list of it that a reading makes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from flowlang.problems import Edit, Fix, Problem

MAX_PROBLEMS: Final = 20
_MAX_TITLE: Final = 60


class Enough(Exception):
    """There is no use in reading on."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TextProblem(Problem):
    """A problem of the text itself, with its own place: code points start..end."""

    start: int = 0
    end: int = 0


class Flaw(NamedTuple):
    """Something wrong at start..end; `better` is the text to put there instead, where it can be told.

    title  what putting it there is called, if not "Write ..."
    edit   the remedy, where it is not to put something in the place of start..end
    """

    code: str
    message: str
    start: int
    end: int
    better: str | None = None
    title: str = ""
    edit: Edit | None = None

    def fixes(self) -> tuple[Fix, ...]:
        """Return the remedy, if there is one."""
        title = self.title or _title(self.better or "")
        if self.edit:
            return (Fix(title, (self.edit,)),)
        return () if self.better is None else (Fix(title, (Edit(self.start, self.end, self.better),)),)


def _title(better: str) -> str:
    if better and (len(better) > _MAX_TITLE or not better.isprintable()):
        return "Write it so"
    return f"Write {better}" if better else "Remove it"


class Flaws:
    """All that a reading finds. `path` is where it stands; it raises Enough when there are too many."""

    def __init__(self) -> None:
        self.problems: list[TextProblem] = []
        self.path: list[str | int] = []
        self.is_sound = True

    def tell(self, *flaws: Flaw) -> None:
        """Report what keeps the text from being JSON."""
        for flaw in flaws:
            self.is_sound = False
            self.report(flaw.code, flaw.message, flaw.start, flaw.end, flaw.fixes())

    def report(self, code: str, message: str, start: int, end: int, fixes: Iterable[Fix] = ()) -> None:
        """Report a problem; by itself it leaves the value as it is."""
        clean = message.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
        problem = TextProblem(tuple(self.path), clean, code, fixes=tuple(fixes), start=start, end=end)
        self.problems.append(problem)
        if len(self.problems) >= MAX_PROBLEMS:
            raise Enough
