"""What is hidden of run data: left out or masked when shown, put back when what was shown comes back."""

from __future__ import annotations

from flowlang.events import MASK, is_hidden, visible
from flowlang.problems import JSON


def restored(shown: dict[str, JSON], stored: JSON) -> dict[str, JSON]:
    """Return `shown` with the hidden members, and the masked values, that `stored` has at the same places.

    shown   what a person saw of `stored` and perhaps edited; a hidden member that it holds itself wins
    """
    if not isinstance(stored, dict):
        return shown
    kept = {name: value for name, value in stored.items() if is_hidden(name)}
    return kept | {name: _restored(value, stored.get(name)) for name, value in shown.items()}


def _restored(shown: JSON, stored: JSON) -> JSON:
    if shown == MASK and stored is not None:
        return stored
    if isinstance(shown, dict):
        return restored(shown, stored)
    if isinstance(shown, list) and isinstance(stored, list) and len(shown) == len(stored):
        return [_restored(one, other) for one, other in zip(shown, stored, strict=True)]
    return shown


def holds_secrets(value: JSON) -> bool:
    """Whether something in `value` is hidden from people."""
    return visible(value) != value
