"""What a transfer has to do: worked out by looking at both sides, before anything is written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from providers.transfer.copying import checksum_of, is_part
from providers.transfer.folders import FolderError, Item, Place, find, item_at, items, place
from providers.transfer.rules import is_included

EXISTS, SIZE, MTIME, CHECKSUM = range(4)
SKIPPABLE: Final = frozenset({"NotFound", "PermissionDenied"})


@dataclass(frozen=True, slots=True)
class FileStep:
    """Copy one file. `expected` and `algorithm` come from the item of the request."""

    source: Place
    destination: Place
    size: int
    expected: str = ""
    algorithm: str = "md5"


@dataclass
class Plan:
    """The steps of a transfer.

    folders      to be made at the destination
    misfits      at the destination under the name of something of another type; deleted first
    extras       at the destination only; deleted last
    skipped      files that need no copy (sync_level)
    passed_over  links, devices and the like, which never take part
    errors       of the source, with skip_source_errors
    """

    files: list[FileStep] = field(default_factory=list)
    folders: list[Place] = field(default_factory=list)
    misfits: list[Place] = field(default_factory=list)
    extras: list[Place] = field(default_factory=list)
    skipped: int = 0
    passed_over: int = 0
    errors: list[FolderError] = field(default_factory=list)


class Planner:
    """Walks the source of each item of a request.

    roots  of the source and of the destination collection
    body   the request, by today's names
    done   paths at the destination that an earlier worker of the same action has written
    watch  called for each item that is looked at; what it raises stops the walk
    """

    def __init__(
        self,
        roots: tuple[str, str],
        body: Mapping[str, Any],
        done: frozenset[str],
        watch: Callable[[int], None],
    ) -> None:
        self.source_root, self.destination_root = roots
        self.body, self.done, self.watch = body, done, watch
        self.rules = body.get("filter_rules") or []
        self.plan = Plan()

    def make(self) -> Plan:
        """Return the plan. Raises FolderError for a source that cannot be read, unless such are skipped."""
        for wanted in self.body["DATA"]:
            with self._skipping():
                self._add(wanted)
        # Where several lead to one place the last stays there. The others are not copied: what is done is
        # marked by its place, and after a crash the mark of one would stand for all.
        self.plan.files = list({step.destination.path: step for step in self.plan.files}.values())
        return self.plan

    @contextmanager
    def _skipping(self) -> Iterator[None]:
        try:
            yield
        except FolderError as error:
            if not self.body.get("skip_source_errors") or error.code not in SKIPPABLE:
                raise
            self.plan.errors.append(error)

    def _add(self, wanted: Mapping[str, Any]) -> None:
        source = place(self.source_root, wanted["source_path"])
        destination = place(self.destination_root, wanted["destination_path"])
        found = item_at(source)
        is_folder = found.kind == "dir"
        if wanted.get("recursive") not in (None, is_folder):
            words = "a folder, but recursive is false" if is_folder else "a file, but recursive is true"
            raise FolderError("IsAFolder" if is_folder else "NotAFolder", f'"{source.path}" is {words}.')
        if is_folder:
            _refuse_overlap(source, destination, deletes=bool(self.body.get("delete_destination_extra")))
            self._add_folder(source, destination)
            return
        if wanted["destination_path"].endswith("/"):
            destination = destination.below(source.name)
        _refuse_same(source, destination)
        self._add_file(source, destination, found, wanted)

    def _add_folder(self, source: Place, destination: Place) -> None:
        self.plan.folders.append(destination)
        present = _names_at(destination)
        wanted: set[str] = set()
        for found in items(source):
            self.watch(0)
            if is_part(found.name) or not is_included(self.rules, found.name, found.kind):
                continue
            wanted.add(found.name)
            with self._skipping():
                self._add_inner(source, destination, found, present)
        if self.body.get("delete_destination_extra"):
            self._add_extras(destination, present, wanted)

    def _add_inner(self, source: Place, destination: Place, found: Item, present: dict[str, Item]) -> None:
        """One item of a folder that is walked."""
        if found.kind not in ("file", "dir"):
            self.plan.passed_over += 1
            return
        inner, target = source.below(found.name), destination.below(found.name)
        there = present.get(found.name)
        if self.body.get("delete_destination_extra") and there and there.kind != found.kind:
            self.plan.misfits.append(target)
            present[found.name] = found
        if found.kind == "dir":
            self._add_folder(inner, target)
        else:
            self._add_file(inner, target, found, {})

    def _add_file(self, source: Place, destination: Place, found: Item, wanted: Mapping[str, Any]) -> None:
        self.watch(0)
        if self._is_up_to_date(source, destination, found):
            self.plan.skipped += 1
            return
        step = FileStep(
            source,
            destination,
            found.size,
            wanted.get("external_checksum") or "",
            (wanted.get("checksum_algorithm") or "md5").lower().replace("-", ""),
        )
        self.plan.files.append(step)

    def _add_extras(self, destination: Place, present: dict[str, Item], wanted: set[str]) -> None:
        for name, item in present.items():
            if name not in wanted and not is_part(name) and is_included(self.rules, name, item.kind):
                self.plan.extras.append(destination.below(name))

    def _is_up_to_date(self, source: Place, destination: Place, found: Item) -> bool:
        """Whether sync_level lets the file be. Each level asks for what the ones before ask, and more."""
        level = None if destination.path in self.done else self.body.get("sync_level")
        there = None if level is None else find(destination)
        if level is None or there is None or there.kind != "file":
            return False
        if level >= SIZE and there.size != found.size:
            return False
        if level == MTIME:
            return there.modified_ns >= found.modified_ns
        if level == CHECKSUM:
            return checksum_of(source, "md5", self.watch) == checksum_of(destination, "md5", self.watch)
        return True


def _names_at(folder: Place) -> dict[str, Item]:
    """What is in a destination folder already; nothing when it is not there yet."""
    found = find(folder)
    return {item.name: item for item in items(folder)} if found and found.kind == "dir" else {}


def _refuse_overlap(source: Place, destination: Place, *, deletes: bool) -> None:
    """A folder copied into itself would grow; one copied to a folder above it could be deleted as "extra"."""
    whole, other = os.path.realpath(source.host_path), os.path.realpath(destination.host_path)
    common = os.path.commonpath([whole, other])
    if common == whole or (deletes and common == other):
        raise FolderError(
            "PathsOverlap",
            f'"{source.path}" cannot be copied to "{destination.path}": one is inside the other.',
        )


def _refuse_same(source: Place, destination: Place) -> None:
    if os.path.realpath(source.host_path) == os.path.realpath(destination.host_path):
        raise FolderError("PathsOverlap", f'"{source.path}" cannot be copied onto itself.')
