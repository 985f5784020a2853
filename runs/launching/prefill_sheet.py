"""What a start page begins with: the flow's defaults, or what a link, a run or a preset has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import orjson

from flowlang.differences import Difference, differences
from flowlang.forms.secret import without_secrets
from library.models import FlowVersion
from runs import access
from runs.access import Person
from runs.launching import prefill, presets
from runs.launching.start_sheet import Sheet, begun
from runs.models import Run
from wire.errors import NotFound

_RUN: Final = "run "


def first(user: Person, version: FlowVersion, asked: dict[str, str]) -> Sheet:
    """Return the sheet that the address asks for: `?input=`, `?from=<run>`, `?preset=`."""
    for name, begin in _WAYS.items():
        if name in asked:
            return begin(user, version, asked[name])
    return begun(version.input_schema)


def _from_link(user: Person, version: FlowVersion, text: str) -> Sheet:
    schema = version.input_schema
    try:
        value = prefill.unpack(text)
    except ValueError as error:
        return begun(schema, source=f"The link's input cannot be used, so this is the empty form. {error}")
    if not isinstance(value, dict):
        return begun(schema, source="The link's input is not a JSON object, so this is the empty form.")
    return begun(schema, value, "Filled in by the link that you followed.", "link")


def _from_run(user: Person, version: FlowVersion, run_id: str) -> Sheet:
    schema = version.input_schema
    try:
        run = access.run_for(user, run_id)
    except NotFound:
        return begun(
            schema, source=f'There is no run "{run_id[:60]}" for you to see: this is the empty form.'
        )
    value = _still_known(schema, without_secrets(schema, prefill.input_of(run), guess=False))
    words = f"Filled with the input of run {name_of(run)}.{_left_out(schema, run)}"
    sheet = begun(schema, value, words, f"{_RUN}{str(run.pk)[:8]}")
    return replace(sheet, label=run.label, tags=", ".join(run.tags))


def _still_known(schema: Any, value: dict[str, Any]) -> dict[str, Any]:
    """Leave out members that a newer version of the flow would refuse; the page tells of the difference."""
    known = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(known, dict) or schema.get("additionalProperties") is not False:
        return value
    return {name: member for name, member in value.items() if name in known}


def _left_out(schema: Any, run: Run) -> str:
    whole = orjson.loads(Run.objects.values_list("input", flat=True).get(pk=run.pk))
    if not isinstance(whole, dict) or without_secrets(schema, whole, guess=False) == whole:
        return ""
    return " Its secrets are not carried over: type them again."


def _from_preset(user: Person, version: FlowVersion, preset_id: str) -> Sheet:
    schema = version.input_schema
    preset = presets.found(user, version.flow_id, preset_id)
    if preset is None:
        return begun(schema, source="There is no such preset for you: this is the empty form.")
    value = orjson.loads(preset.input)
    return begun(schema, value, f"Filled with the preset “{preset.name}”.", f"preset {preset.name}"[:40])


_WAYS: Final[dict[str, Callable[[Person, FlowVersion, str], Sheet]]] = {
    "input": _from_link,
    "from": _from_run,
    "preset": _from_preset,
}


def name_of(run: Run) -> str:
    return f"“{run.label}”" if run.label else str(run.pk)[:8]


def earlier_of(user: Person, flow_id: UUID, sheet: Sheet, run_id: str) -> Run | None:
    """Return the run whose input the sheet was filled with, as long as nothing else filled it since."""
    return prefill.earlier_run(user, flow_id, run_id) if sheet.origin.startswith(_RUN) else None


def changes(schema: Any, sheet: Sheet, earlier: Run | None) -> list[Difference] | None:
    """Return where the sheet is not what it was filled with, secrets aside; None when nothing filled it."""
    if not sheet.origin:
        return None
    before = prefill.input_of(earlier) if earlier else dict(sheet.filled)
    old, new = (without_secrets(schema, each, guess=False) for each in (before, sheet.draft.body))
    return differences(old, new)
