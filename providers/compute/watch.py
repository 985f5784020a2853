"""What a call uses, seen from outside: limits of a single process do not bound how many there are."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")
_PARENT, _RESIDENT_PAGES = 1, 21  # fields of /proc/<pid>/stat after the name


def usage(pid: int) -> tuple[int, int]:
    """Return how many processes live below `pid`, and the bytes of memory they hold."""
    parents, pages = _table()
    below: dict[int, list[int]] = {}
    for child, parent in parents.items():
        below.setdefault(parent, []).append(child)
    found: list[int] = []
    waiting = [pid]
    while waiting:
        children = below.get(waiting.pop(), [])
        found += children
        waiting += children
    return len(found), sum(pages[child] for child in found) * _PAGE_BYTES


def _table() -> tuple[dict[int, int], dict[int, int]]:
    parents: dict[int, int] = {}
    pages: dict[int, int] = {}
    for name in os.listdir("/proc"):
        fields = _fields(name) if name.isdigit() else []
        if len(fields) > _RESIDENT_PAGES:
            parents[int(name)] = int(fields[_PARENT])
            pages[int(name)] = int(fields[_RESIDENT_PAGES])
    return parents, pages


def _fields(pid: str) -> list[bytes]:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()
    except OSError:
        return []  # it ended while we looked


def contents(folder: Path, most_files: int) -> tuple[int, int]:
    """Return the number and the bytes of the files below `folder`; counting stops above `most_files`."""
    count = size = 0
    for parent, folders, files in os.walk(folder):
        count += len(folders) + len(files)
        size += sum(_size(Path(parent, name)) for name in files[: most_files + 1])
        if count > most_files:
            break
    return count, size


def _size(path: Path) -> int:
    try:
        return path.lstat().st_blocks * 512
    except OSError:
        return 0


def threads_of_this_user() -> int:
    """Return how many threads the user of this process has: the kernel counts them all against its limit."""
    me = os.getuid()
    return sum(_threads(name) for name in os.listdir("/proc") if name.isdigit() and _owner(name) == me)


def _owner(pid: str) -> int:
    try:
        return os.stat(f"/proc/{pid}").st_uid
    except OSError:
        return -1


def _threads(pid: str) -> int:
    fields = _fields(pid)
    return int(fields[17]) if len(fields) > 17 else 0


def remove(folder: Path) -> None:
    """Delete a call's own folder, whatever modes the function left in it; links are not followed."""
    for parent, folders, files in os.walk(folder, topdown=True):
        os.chmod(parent, stat.S_IRWXU)
        for name in folders:
            path = Path(parent, name)
            if not path.is_symlink():
                os.chmod(path, stat.S_IRWXU)
        for name in files:
            Path(parent, name).unlink(missing_ok=True)
    for parent, folders, _ in os.walk(folder, topdown=False):
        for name in folders:
            path = Path(parent, name)
            path.unlink() if path.is_symlink() else path.rmdir()
    folder.rmdir()
