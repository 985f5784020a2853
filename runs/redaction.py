"""Secrets of an input wherever a run has carried them: none leaves with a report, bundle or comparison."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import orjson

from flowlang.events import MASK, visible
from flowlang.forms.secret import without_secrets
from flowlang.problems import JSON
from runs.models import Run

_SHORTEST_PART: Final = 4  # of a longer text: what is shorter stands in texts by chance


class Redaction:
    """What is hidden of one run, beside what is hidden everywhere.

    secrets   texts and numbers of the input that its schema, or a member's name, calls secret
    """

    def __init__(self, secrets: frozenset[str]) -> None:
        self._secrets = secrets
        self._parts = sorted((each for each in secrets if len(each) >= _SHORTEST_PART), key=len, reverse=True)

    def shown(self, value: JSON) -> JSON:
        """Return `value` as it may leave: hidden members left out, secrets masked wherever they stand."""
        public = visible(value)
        if isinstance(public, dict):
            public = without_secrets({}, public)
        return self._masked(public) if self._secrets else public

    def text(self, text: str) -> str:
        """Return a text with its secrets masked."""
        if text in self._secrets:
            return MASK
        for part in self._parts:
            text = text.replace(part, MASK)
        return text

    def _masked(self, value: JSON) -> JSON:
        if isinstance(value, dict):
            return {self.text(name): self._masked(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self._masked(item) for item in value]
        if isinstance(value, str):
            return self.text(value)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return MASK if is_number and str(value) in self._parts else value


def redaction_of(run: Run) -> Redaction:
    """Return what is to be hidden of a run."""
    body = orjson.loads(Run.objects.values_list("input", flat=True).get(pk=run.pk))
    if not isinstance(body, dict):
        return Redaction(frozenset())
    return Redaction(frozenset(_taken_out(body, without_secrets(run.version.input_schema, body))))


def public_input(run: Run, hidden: Redaction) -> JSON:
    """Return the input of a run without its secrets."""
    body = orjson.loads(Run.objects.values_list("input", flat=True).get(pk=run.pk))
    kept = without_secrets(run.version.input_schema, body) if isinstance(body, dict) else body
    return hidden.shown(kept)


def _taken_out(whole: Any, kept: Any) -> Iterator[str]:
    """Yield the texts and numbers of `whole` that are not in `kept`."""
    if isinstance(whole, dict) and isinstance(kept, dict):
        for name, member in whole.items():
            yield from _taken_out(member, kept[name]) if name in kept else _leaves(member)
    elif isinstance(whole, list) and isinstance(kept, list) and len(whole) == len(kept):
        for one, other in zip(whole, kept, strict=True):
            yield from _taken_out(one, other)
    elif whole != kept:
        yield from _leaves(whole)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for member in value.values():
            yield from _leaves(member)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
        yield str(value)
