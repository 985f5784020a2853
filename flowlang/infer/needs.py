"""What a definition reads of its input, as a tree of places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flowlang import graph
from flowlang.check_providers import key as provider_key
from flowlang.check_values import parsed
from flowlang.dataflow.analysis import Analysis, analyse
from flowlang.dataflow.places import read
from flowlang.dataflow.scene import Use
from flowlang.dataflow.values import ANY, OBJECT, Members, Names, Origins, Value
from flowlang.paths import Path
from flowlang.problems import JSON

MAX_DEPTH = 12


class Need:
    """One place of the input.

    members      what is read below it, by name; items: what is read of each of its items
    is_required  it is read without a guard
    is_whole     it is read as a value of its own, and not only for what is in it
    kinds        what it is taken for, bits of `values`; hints: JSON schema's words for more
    taken_by     (parameter, address of the provider, its schema for it) that it is handed to as it is
    """

    def __init__(self) -> None:
        self.members: dict[str, Need] = {}
        self.items: Need | None = None
        self.is_required, self.is_whole = False, False
        self.kinds = 0
        self.hints: set[str] = set()
        self.taken_by: list[tuple[str, str, JSON]] = []

    def below(self, step: str | int) -> Need:
        """Return the place one step further in."""
        if isinstance(step, str):
            return self.members.setdefault(step, Need())
        self.items = self.items or Need()
        return self.items


def needs(definition: JSON, providers: Mapping[str, JSON] | None = None) -> Need:
    """Return what `definition`, any JSON, reads of its input.

    providers  address -> JSON schema of what the provider takes
    """
    ids: Names = {}
    built = graph.build(definition)
    start = Value(OBJECT, members=Members(ids, rest=ANY, source=frozenset([()])))
    uses: dict[str, list[Use]] = {}
    found = analyse(built, start, ids, uses=uses)
    root = Need()
    for each in uses.values():
        for use in each:
            _note(root, use)
    for origins, taker in _taken(built, found, providers or {}):
        for need in _at(root, origins):
            need.taken_by.append(taker)
    return root


def _note(root: Need, use: Use) -> None:
    is_required = not use.is_guarded and len(use.origins) == 1
    for origin in sorted(use.origins, key=str):
        need = root
        for step in origin[:MAX_DEPTH]:
            need = need.below(step)
            need.is_required = need.is_required or is_required
        if len(origin) > MAX_DEPTH:
            continue
        need.is_whole = need.is_whole or use.is_place
        # What could be of several kinds says nothing about the input.
        if use.kinds and use.kinds & (use.kinds - 1) == 0:
            need.kinds |= use.kinds
        if use.hint:
            need.hints.add(use.hint)


def _at(root: Need, origins: Origins) -> Iterator[Need]:
    for origin in origins:
        if origin and len(origin) <= MAX_DEPTH:
            need = root
            for step in origin:
                need = need.below(step)
            yield need


def _taken(
    built: graph.Graph, found: Analysis, providers: Mapping[str, JSON]
) -> Iterator[tuple[Origins, tuple[str, str, JSON]]]:
    """Yield the places that actions hand to a parameter as they are."""
    for name, data in found.entered.items():
        state = built.states[name]
        if not isinstance(state, dict) or state.get("Type") != "Action":
            continue
        handler = state.get("Handler")
        url = handler.get("Url") if isinstance(handler, dict) else state.get("ActionUrl")
        address = provider_key(url) if isinstance(url, str) else ""
        for parameter, text, schema in _parameters(state.get("Parameters"), providers.get(address)):
            path = parsed(text)
            if isinstance(path, Path) and not path.reads_context:
                origins = read(data, path.steps).value.origins
                if len(origins) == 1:
                    yield origins, (parameter, address, schema)


def _parameters(template: JSON, schema: JSON) -> Iterator[tuple[str, str, JSON]]:
    """Yield (name, path, the provider's schema) of every member that hands on a value, at any depth."""
    stack: list[tuple[JSON, JSON]] = [(template, schema)]
    while stack:
        value, described = stack.pop()
        if isinstance(value, list):
            items = described.get("items") if isinstance(described, dict) else None
            stack += [(item, items) for item in value]
        elif isinstance(value, dict):
            properties = described.get("properties") if isinstance(described, dict) else None
            known = properties if isinstance(properties, dict) else {}
            for key, member in value.items():
                if key.endswith(".$") and isinstance(member, str):
                    yield key[:-2], member, known.get(key[:-2])
                else:
                    stack.append((member, known.get(key)))
