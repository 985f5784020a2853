"""Secrets of an input wherever a run has carried them: none leaves with a report, bundle or comparison."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import orjson

from flowlang.events import MASK, visible
from flowlang.forms.secret import without_secrets
from flowlang.problems import JSON
from runs.models import Run
from runs.retries.retry_points import BEGAN_WITH

MOST_SECRETS: Final = 200  # of a run; each is looked for in each text
_SHORTEST_PART: Final = 4  # of a longer text: what is shorter stands in texts by chance


class Redaction:
    """What is hidden of one run, beside what is hidden everywhere.

    secrets   texts and numbers of the input that its schema, or a member's name, calls secret. Of more than
              MOST_SECRETS none is looked for: then every text and number is masked
    """

    def __init__(self, secrets: frozenset[str]) -> None:
        self._secrets = secrets
        self._masks_all = len(secrets) > MOST_SECRETS
        looked_for = () if self._masks_all else secrets
        spelt = {way for each in looked_for if len(each) >= _SHORTEST_PART for way in _spellings(each)}
        self._parts = sorted(spelt, key=len, reverse=True)

    def shown(self, value: JSON) -> JSON:
        """Return `value` as it may leave: hidden members left out, secrets masked wherever they stand."""
        public = visible(value)
        if isinstance(public, dict):
            public = without_secrets({}, public)
        return self._masked(public) if self._secrets else public

    def text(self, text: str) -> str:
        """Return a text with its secrets masked."""
        if (self._masks_all and text) or text in self._secrets:
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
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value
        return MASK if self._masks_all or str(value) in self._parts else value


def _spellings(secret: str) -> set[str]:
    """Return how a secret stands in texts; some are the JSON text of something else."""
    return {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}


def redaction_of(run: Run) -> Redaction:
    """Return what is to be hidden of a run: secrets of its input, and of what else it began or ended with."""
    schema = run.version.input_schema
    found: set[str] = set()
    for body in _bodies(run):
        if isinstance(body, dict):
            found.update(_taken_out(body, without_secrets(schema, body)))
    return Redaction(frozenset(found))


def _bodies(run: Run) -> Iterator[Any]:
    for text in Run.objects.values_list("input", "data").get(pk=run.pk):
        yield orjson.loads(text)
    first = run.events.filter(seq=1).values_list("details", flat=True).first()
    yield orjson.loads(first).get(BEGAN_WITH) if first else None


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
