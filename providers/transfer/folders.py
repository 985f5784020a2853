"""Files below a collection's root, and nothing else.

Every path is walked from the root with one no-follow open per component, and what is found is used through
the open directory. So neither "..", nor a link, nor a folder that is swapped for a link meanwhile, leads out.
"""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

LONGEST_PATH_BYTES: Final = 4096
LONGEST_NAME_BYTES: Final = 255
DEEPEST: Final = 200  # folders within folders that are walked
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FORBIDDEN: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})  # control characters, half surrogates, line ends

_CODES: Final = {
    errno.ENOENT: ("NotFound", "does not exist"),
    errno.EACCES: ("PermissionDenied", "may not be accessed by this site"),
    errno.EPERM: ("PermissionDenied", "may not be accessed by this site"),
    errno.EROFS: ("PermissionDenied", "is on a read-only file system"),
    errno.EEXIST: ("Exists", "exists already"),
    errno.ENOTDIR: ("NotAFolder", "is not a folder, or leads through a file or a link"),
    errno.ELOOP: ("LinkRefused", "is a link; links are not followed"),
    errno.EISDIR: ("IsAFolder", "is a folder"),
    errno.ENOTEMPTY: ("NotEmpty", "is not empty"),
    errno.ENOSPC: ("QuotaExceeded", "cannot be written: the disk is full"),
    errno.EDQUOT: ("QuotaExceeded", "cannot be written: the quota is used up"),
    errno.ENAMETOOLONG: ("BadPath", "is too long for this file system"),
}


class FolderError(Exception):
    """Something could not be done to a path.

    code   stable, e.g. "NotFound"; description is a sentence; where tells which path, when it is known
    """

    def __init__(self, code: str, description: str, where: Place | None = None) -> None:
        super().__init__(description)
        self.code, self.description, self.where = code, description, where


@dataclass(frozen=True, slots=True)
class Place:
    """A path in a collection: the names that lead there from `root`, a folder of this machine."""

    root: str
    parts: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return "/" + "/".join(self.parts)

    @property
    def name(self) -> str:
        return self.parts[-1] if self.parts else "/"

    @property
    def host_path(self) -> str:
        return os.path.join(self.root, *self.parts)

    def is_above(self, other: Place) -> bool:
        """Whether `other` is this place or inside it."""
        return self.root == other.root and other.parts[: len(self.parts)] == self.parts

    def parent(self) -> Place:
        return Place(self.root, self.parts[:-1])

    def below(self, name: str) -> Place:
        """Return the place of an item in this folder. Raises FolderError("BadPath")."""
        if len(self.parts) >= DEEPEST:
            raise FolderError("BadPath", f"Folders are nested more than {DEEPEST} levels deep.")
        return Place(self.root, (*self.parts, checked_name(name)))


@dataclass(frozen=True, slots=True)
class Item:
    """What is at a path. `kind` is "file", "dir", "link" or "other" (devices, pipes, sockets)."""

    name: str
    kind: str
    size: int
    mode: int
    modified_ns: int
    user_id: int
    group_id: int


def place(root: str, path: str) -> Place:
    """Return the place that `path` names: "/x", "x", "/~/x" and "~/x" are all x below the root.

    Raises FolderError("BadPath") for "..", control characters, and what is too long
    """
    if len(path.encode("utf-8", "surrogatepass")) > LONGEST_PATH_BYTES:
        raise FolderError("BadPath", f"The path is longer than {LONGEST_PATH_BYTES} bytes.")
    names = [name for name in path.split("/") if name not in ("", ".")]
    if names and names[0] == "~":
        del names[0]
    return Place(root, tuple(checked_name(name) for name in names))


def checked_name(name: str) -> str:
    """Return `name` if it may be a file's. Raises FolderError("BadPath")."""
    if name in ("", ".", "..") or "/" in name:
        raise FolderError("BadPath", f'"{name}" is no name: paths may not lead upwards with "..".')
    if any(unicodedata.category(character) in _FORBIDDEN for character in name):
        raise FolderError("BadPath", f"The name {name!a} has control characters; rename it.")
    if len(name.encode()) > LONGEST_NAME_BYTES:
        raise FolderError("BadPath", f'The name "{name[:40]}…" is longer than {LONGEST_NAME_BYTES} bytes.')
    return name


@contextmanager
def told(where: Place) -> Iterator[None]:
    """Within, an OSError becomes a FolderError about `where`."""
    try:
        yield
    except OSError as error:
        code, words = _CODES.get(error.errno or 0, ("FileSystemError", f"failed: {error.strerror}"))
        raise FolderError(code, f'"{where.path}" {words}.', where) from error


@contextmanager
def opened(folder: Place, *, make: bool = False) -> Iterator[int]:
    """Open a folder and give its descriptor.

    make    create the folders that are missing
    Raises  FolderError
    """
    with told(folder):
        descriptor = os.open(folder.root, _FOLDER)
    try:
        for number, name in enumerate(folder.parts, start=1):
            here = Place(folder.root, folder.parts[:number])
            with told(here):
                below = _step(descriptor, name, make=make)
            os.close(descriptor)
            descriptor = below
        yield descriptor
    finally:
        os.close(descriptor)


def _step(descriptor: int, name: str, *, make: bool) -> int:
    try:
        return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=descriptor)
    except FileNotFoundError:
        if not make:
            raise
    with suppress(FileExistsError):  # made just now by somebody else, or no folder: the open below will tell
        os.mkdir(name, dir_fd=descriptor)
    return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=descriptor)


def item_at(where: Place) -> Item:
    """Return what is at a place; a link is told as a link. Raises FolderError("NotFound") and others."""
    if not where.parts:
        with told(where):
            return _item("/", os.stat(where.root))
    with opened(where.parent()) as folder, told(where):
        return _item(where.name, os.stat(where.name, dir_fd=folder, follow_symlinks=False))


def find(where: Place) -> Item | None:
    """Return what is at a place, or None when there is nothing."""
    try:
        return item_at(where)
    except FolderError as error:
        if error.code in ("NotFound", "NotAFolder"):
            return None
        raise


def items(folder: Place) -> list[Item]:
    """Return what is in a folder, by name. Raises FolderError."""
    found = []
    with opened(folder) as descriptor, told(folder), os.scandir(descriptor) as entries:
        for entry in entries:
            try:
                found.append(_item(entry.name, entry.stat(follow_symlinks=False)))
            except FileNotFoundError:
                continue  # deleted since the listing began
    return sorted(found, key=lambda item: item.name)


def make_folder(where: Place) -> None:
    """Create one folder; its parent must exist. Raises FolderError("Exists") and others."""
    if not where.parts:
        raise FolderError("Exists", '"/" exists already.')
    with opened(where.parent()) as folder, told(where):
        os.mkdir(where.name, dir_fd=folder)


@contextmanager
def opened_file(where: Place) -> Iterator[int]:
    """Open a regular file for reading and give its descriptor. Raises FolderError."""
    if not where.parts:
        raise FolderError("IsAFolder", '"/" is a folder.')
    # Without O_NONBLOCK, opening a pipe would wait for a writer.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with opened(where.parent()) as folder, told(where):
        descriptor = os.open(where.name, flags, dir_fd=folder)
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            is_folder = stat.S_ISDIR(mode)
            words = "is a folder" if is_folder else "is neither a file nor a folder"
            raise FolderError("IsAFolder" if is_folder else "NotAFile", f'"{where.path}" {words}.')
        yield descriptor
    finally:
        os.close(descriptor)


def _item(name: str, found: os.stat_result) -> Item:
    mode = found.st_mode
    kind = "file" if stat.S_ISREG(mode) else "dir" if stat.S_ISDIR(mode) else "other"
    return Item(
        name=name,
        kind="link" if stat.S_ISLNK(mode) else kind,
        size=found.st_size,
        mode=stat.S_IMODE(mode),
        modified_ns=found.st_mtime_ns,
        user_id=found.st_uid,
        group_id=found.st_gid,
    )
