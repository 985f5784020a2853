"""Folders that code running for a caller may see.

Providers do not know each other. One that has folders (transfer) registers a function when Django starts:

    class TransferConfig(AppConfig):
        def ready(self) -> None:
            folders.register(folders_of)      # folders_of(caller) -> [(path, writable), ...]

and one that runs people's code (compute) asks `mounts_for`. A path is absolute and the same one that the flow
hands to the function (`host_path` of `collection_info`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    # Django asks for this module before any model may be imported.
    from wire.principals import Caller

Mount: TypeAlias = tuple[str, bool]
Source: TypeAlias = "Callable[[Caller], Iterable[Mount]]"

_sources: list[Source] = []


def register(source: Source) -> None:
    """Ask `source` too from now on; registering it again changes nothing."""
    if source not in _sources:
        _sources.append(source)


def mounts_for(caller: Caller) -> list[Mount]:
    """Return (path, writable) of every folder that `caller` may use; writable if any source says so."""
    writable: dict[str, bool] = {}
    for source in _sources:
        for path, may_write in source(caller):
            writable[path] = writable.get(path, False) or may_write
    return sorted(writable.items())
