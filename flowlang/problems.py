"""What can be wrong: with a definition (`Problem`, returned) and while a flow runs (`FlowError`, raised)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"
Loc: TypeAlias = "tuple[str | int, ...]"
Severity: TypeAlias = Literal["error", "warning", "hint"]


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the characters start..end (code points) of the author's text by `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A remedy that one click can apply: a title in words, and the edits that make it."""

    title: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a definition or an input schema.

    loc       path from the document's root, e.g. ("States", "Copy", "Next"); () is the whole document
    message   what is wrong, the value, and the remedy, as sentences
    code      stable name in kebab-case, e.g. "next-unknown"
    type      what the REST API calls it, e.g. "value_error"
    on_key    the mark belongs on the member's name, not on its value
    document  which of the two documents of a flow the loc leads into
    """

    loc: Loc
    message: str
    code: str
    severity: Severity = "error"
    type: str = "value_error"
    on_key: bool = False
    fixes: tuple[Fix, ...] = ()
    document: Literal["definition", "input_schema"] = "definition"


class FlowError(Exception):
    """A failure that the author of a flow may catch by `name`.

    name      e.g. "States.Runtime"
    cause     a sentence, or the JSON text of the document that says more
    details   that document itself, where there is one
    """

    def __init__(self, name: str, cause: str, details: JSON = None) -> None:
        super().__init__(f"{name}: {cause}")
        self.name, self.cause, self.details = name, cause, details
