"""Whether an input fits a flow. Apart from the engine: the validator costs whoever loads it 14 MB."""

from __future__ import annotations

from typing import Any

from flowlang import forms
from library.models import FlowVersion
from wire.errors import FlowInputError


def refuse_input(version: FlowVersion, body: dict[str, Any]) -> None:
    """Raise FlowInputError when the flow's input schema does not allow `body`."""
    items = forms.validate(version.input_schema, body)
    if items:
        plural = "" if len(items) == 1 else "s"
        raise FlowInputError(items, f"Input failed schema validation with {len(items)} error{plural}.")
