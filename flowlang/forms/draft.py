"""What somebody has filled in so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flowlang.forms.field import State
from flowlang.forms.kinds import type_of
from flowlang.forms.parts import whole
from flowlang.forms.values import settled
from flowlang.problems import JSON


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person has typed so far.

    value     an object; a row that is still empty is ABSENT (`body` is without those)
    state     what the form holds beside it
    problems  what could not be read, or not be looked at yet, as entries of a validation answer
    is_short  something that was typed is in the form only: it could not be read
    """

    value: dict[str, Any]
    state: State
    problems: list[dict[str, JSON]]
    is_short: bool = False

    @property
    def body(self) -> dict[str, Any]:
        """Return the run's input that this is."""
        found = settled(self.value)
        return found if isinstance(found, dict) else {}


def is_object(schema: Any) -> bool:
    """Whether the form can be guided: the schema asks for an object, as a run's input is one."""
    name = type_of(whole(schema))
    return name in ("object", []) or "object" in name
