"""How places of the run data are written in messages, and where in the author's text a mark belongs."""

from __future__ import annotations

import re
from typing import Final

from flowlang.dataflow.scene import Note
from flowlang.dataflow.values import Value
from flowlang.findings import Put, Remedy, Rename, quote
from flowlang.path_syntax import PathSyntaxError, Step, read_steps, step_offsets
from flowlang.problems import JSON, Loc

_PLAIN: Final = re.compile(r"[^.\[\]'\"(),?*@\s]+")


def place(steps: tuple[Step, ...], is_rooted: bool) -> str:
    """Return a place as a path, `$.copy.details`; of a value inside an expression without `$`."""
    text = "".join(_step(step) for step in steps)
    if is_rooted:
        return f"${text}"
    return text.lstrip(".") or "the value"


def _step(step: Step) -> str:
    if isinstance(step, str):
        return f".{step}" if _PLAIN.fullmatch(step) else f"[{quote(step)}]"
    return f"[{step}]" if isinstance(step, int) else "[*]"


def field(loc: Loc) -> str:
    """Return the name of the field at `loc`."""
    return next((step for step in reversed(loc) if isinstance(step, str)), "It")


def advice(close: str | None, holder: Value, most: int) -> str:
    """Return what to do about a name that is not there."""
    if close:
        return f' Did you mean "{close}"?'
    names = holder.members.possible() if holder.members else []
    if not names:
        return ""
    more = ", ..." if len(names) > most else ""
    return f" There {'is' if len(names) == 1 else 'are'} {', '.join(names[:most])}{more}."


def listing(names: list[str]) -> str:
    """Return some names of states in one phrase."""
    return " or ".join(quote(name) for name in names[:3])


def offset(note: Note) -> int | None:
    """Return where in the text at the note's loc the step stands that decided."""
    if note.offset is None or not note.text:
        return note.offset
    try:
        offsets = step_offsets(note.text)
    except PathSyntaxError:
        return note.offset
    return note.offset + offsets[note.at] if note.at < len(offsets) else note.offset


def respelt(text: str, note: Note, step: str, close: str | None) -> tuple[Remedy, ...]:
    """Return the remedy that writes `close` for the step, if it stands in the text as it is."""
    at = offset(note)
    if not close or at is None or not text.startswith(step, at) or not _PLAIN.fullmatch(close):
        return ()
    return (Remedy(f'Write "{close}"', Put(note.loc, f"{text[:at]}{close}{text[at + len(step) :]}")),)


def or_null(note: Note, siblings: JSON) -> tuple[Remedy, ...]:
    """Return the remedy that takes null where the place is missing, for a path in a template."""
    key = note.loc[-1]
    if not isinstance(key, str) or not key.endswith(".$") or not isinstance(siblings, dict):
        return ()
    name = f"{key[:-2]}.="
    steps = [step for step in note.steps if isinstance(step, str) and step.isidentifier()]
    if name in siblings or len(steps) < len(note.steps):
        return ()
    read = Put(note.loc, f"getattr('{'.'.join(steps)}')")
    return (Remedy("Read null where it is missing", Rename(note.loc, name), (read,)),)


def result_path(state: str) -> str:
    """Return a ResultPath named for the state."""
    return f"$.{re.sub(r'[^A-Za-z0-9_-]+', '_', state).strip('_') or 'result'}"


def steps_of(text: JSON) -> tuple[Step, ...]:
    """Return the steps of a path; none for what is no path."""
    try:
        return read_steps(text) if isinstance(text, str) else ()
    except PathSyntaxError:
        return ()
