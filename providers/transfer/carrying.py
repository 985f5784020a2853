"""Carrying out transfer and delete actions: each file once, whole or not at all, whoever dies meanwhile."""

from __future__ import annotations

import time
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from django.utils import timezone

from providers import actions
from providers.models import Action
from providers.transfer.copying import Copy, copy_file, part_name, remove, remove_parts
from providers.transfer.folders import FolderError, Place, find, items, opened, place
from providers.transfer.models import Mark
from providers.transfer.plan import SKIPPABLE, FileStep, Plan, Planner
from providers.transfer.task_document import Tally, Task
from providers.transfer.watch import Watch

TRIES: Final = 3
PASSING: Final = frozenset({"ChecksumMismatch", "SourceChanged", "FileSystemError", "QuotaExceeded"})
GLOB: Final = frozenset("*?[")


def transfer(action: Action, task: Task, roots: tuple[str, str]) -> None:
    """Copy what the action asks for, and end it.

    1. Plan: walk the source and compare (Planner).
    2. Delete what stands in the way; make folders; copy each file that no earlier worker has copied, and
       mark it; delete extras.
    3. Finish, conditional on the lease. Raises Lost when somebody else carries on.
    """
    watch = Watch(action, task, Tally())
    try:
        _transfer(watch, task.body, roots)
    except FolderError as error:
        _fail(watch, error)
        return
    _finish(watch, Action.SUCCEEDED)


def delete(action: Action, task: Task, root: str) -> None:
    """Delete what the action asks for, and end it. Raises Lost when somebody else carries on.

    A deletion is marked before it begins: after a crash, what is gone and marked was deleted by this action,
    and is not an error.
    """
    watch = Watch(action, task, Tally())
    try:
        _delete(watch, task.body, root)
    except FolderError as error:
        _fail(watch, error)
        return
    _finish(watch, Action.SUCCEEDED)


def _transfer(watch: Watch, body: Mapping[str, Any], roots: tuple[str, str]) -> None:
    done = dict(Mark.objects.filter(action=watch.action).values_list("path", "bytes"))
    plan = Planner(roots, body, frozenset(done), watch).make()
    tally = watch.tally
    tally.files = len(plan.files) + plan.skipped
    tally.files_skipped = plan.skipped
    tally.directories = len(plan.folders)
    for error in plan.errors:
        _skip(watch, error)
    watch.tell()
    _clear(watch, plan.misfits)
    _make_folders(watch, plan)
    for step in plan.files:
        _copy_once(watch, body, step, done)
    _clear(watch, plan.extras)


def _make_folders(watch: Watch, plan: Plan) -> None:
    token = watch.action.lease_token
    for folder in plan.folders:
        watch(0)
        with opened(folder, make=True):
            watch.tally.directories_made += 1
    if token > 1:
        for parent in {step.destination.parent() for step in plan.files}:
            if find(parent):
                remove_parts(parent, watch.action.pk, token)


def _copy_once(watch: Watch, body: Mapping[str, Any], step: FileStep, done: dict[str, int]) -> None:
    size = done.get(step.destination.path)
    if size is None:
        watch.check()
        try:
            size = _copy(watch, body, step)
        except FolderError as error:
            if not (body.get("skip_source_errors") and _is_of_source(error, step)):
                raise
            _skip(watch, error)
            watch.tally.files -= 1
            return
        watch.mark(step.destination.path, size)
    else:
        watch.tally.bytes_transferred += size
    watch.tally.files_transferred += 1
    watch(0)


def _copy(watch: Watch, body: Mapping[str, Any], step: FileStep) -> int:
    """Copy one file; what may pass by itself is tried again."""
    how = Copy(
        part_name(watch.action.pk, watch.action.lease_token),
        verify_checksum=bool(body.get("verify_checksum")),
        preserve_timestamp=bool(body.get("preserve_timestamp")),
        expected=step.expected,
        algorithm=step.algorithm,
    )
    tally, start_bytes = watch.tally, watch.tally.bytes_transferred
    for attempt in range(1, TRIES + 1):
        try:
            size = copy_file(step.source, step.destination, how, watch)
            break
        except FolderError as error:
            tally.bytes_transferred = start_bytes
            if attempt == TRIES or not _may_pass(error, body):
                raise
            _fault(watch, error, attempt)
    tally.problem, tally.retrying = None, 0
    if how.verify_checksum or how.expected:
        tally.bytes_checksummed += size
    return size


def _fault(watch: Watch, error: FolderError, attempt: int) -> None:
    watch.tally.faults += 1
    watch.tally.retrying = 1
    watch.tally.note(error.code, error.description, timezone.now())
    watch.tell()
    time.sleep(0.2 * attempt)


def _may_pass(error: FolderError, body: Mapping[str, Any]) -> bool:
    return error.code in PASSING and not (error.code == "QuotaExceeded" and body.get("fail_on_quota_errors"))


def _is_of_source(error: FolderError, step: FileStep) -> bool:
    return error.code in SKIPPABLE and error.where is not None and error.where.is_above(step.source)


def _skip(watch: Watch, error: FolderError) -> None:
    watch.tally.skipped_errors += 1
    watch.tally.note(error.code, error.description, timezone.now())
    watch.tally.problem = None


def _clear(watch: Watch, places: list[Place]) -> None:
    for extra in places:
        if find(extra):
            remove(extra, watch)


def _delete(watch: Watch, body: Mapping[str, Any], root: str) -> None:
    begun = set(Mark.objects.filter(action=watch.action).values_list("path", flat=True))
    places = (where for item in body["DATA"] for where in _matches(root, item["path"], body, begun))
    wanted = list(dict.fromkeys(places))  # several patterns may match one name
    watch.tally.files = len(wanted)
    for where in wanted:
        watch.check()
        _delete_one(watch, body, where, begun)
        watch.tally.files_transferred += 1
        watch(0)


def _delete_one(watch: Watch, body: Mapping[str, Any], where: Place, begun: set[str]) -> None:
    if not where.parts:
        raise FolderError("BadPath", "The root of a collection cannot be deleted.")
    found = find(where)
    if found is None:
        if body.get("ignore_missing") or where.path in begun:
            return
        raise FolderError("NotFound", f'"{where.path}" does not exist.', where)
    if found.kind == "dir" and not body.get("recursive"):
        raise FolderError(
            "IsAFolder", f'"{where.path}" is a folder; set recursive to delete it with its files.'
        )
    if where.path not in begun:
        watch.mark(where.path)
    remove(where, watch)


def _matches(root: str, path: str, body: Mapping[str, Any], begun: set[str]) -> list[Place]:
    """The places that a path names: one, or with interpret_globs all that the last name's pattern matches.

    begun   what was marked before a crash: nothing matches any more in a folder that was deleted then
    """
    where = place(root, path)
    if not (body.get("interpret_globs") and where.parts and GLOB & set(where.name)):
        return [where]
    folder = where.parent()
    above = (Place(root, folder.parts[:count]).path for count in range(1, len(folder.parts) + 1))
    if not begun.isdisjoint(above) and find(folder) is None:
        return []
    return [folder.below(item.name) for item in items(folder) if fnmatchcase(item.name, where.name)]


def _fail(watch: Watch, error: FolderError) -> None:
    stopped = error.code in ("Cancelled", "DeadlineExceeded")
    watch.tally.note(error.code, error.description, timezone.now())
    watch.tally.retrying = 0
    if not stopped:
        watch.tally.faults += 1
        watch.tally.failed += 1
    _finish(watch, Action.FAILED, "CANCELED" if error.code == "Cancelled" else "")


def _finish(watch: Watch, status: str, display_status: str = "") -> None:
    action = watch.action
    actions.finish(
        action.pk, status, watch.document(status), action.lease_token, display_status=display_status
    )
