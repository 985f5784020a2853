"""Copying one file so that it is there whole or not at all, and comparing what arrived with what was sent."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from providers.transfer.folders import DEEPEST, FolderError, Place, checked_name, opened, opened_file, told

CHUNK_BYTES: Final = 1 << 20
ALGORITHMS: Final = ("md5", "sha1", "sha256", "sha512")
_PART: Final = re.compile(r"\.part-[0-9a-f-]{36}-\d+")

Tick = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Copy:
    """How to copy.

    part_name        the name under which the file is written before it gets its own
    expected         the checksum that the author of the transfer gave, if any, and its algorithm
    """

    part_name: str
    verify_checksum: bool = False
    preserve_timestamp: bool = False
    expected: str = ""
    algorithm: str = "md5"


def part_name(action_id: Any, token: int) -> str:
    """The token is in the name: a worker that lost its lease can then never rename another's half file."""
    return f".part-{action_id}-{token}"


def is_part(name: str) -> bool:
    """Whether this is the half file of a transfer, which takes no part in other transfers."""
    return _PART.fullmatch(name) is not None


def copy_file(source: Place, destination: Place, how: Copy, tick: Tick) -> int:
    """Copy one file and return its size.

    1. Write `how.part_name` in the destination's folder (its missing parents are made); fsync.
    2. If asked, read it back and compare its checksum with that of what was read from the source.
    3. Look whether the source changed meanwhile.
    4. Rename it to its name; fsync the folder.

    tick    called with the number of bytes after each chunk; what it raises stops the copy
    Raises  FolderError; no half file stays behind
    """
    checked_name(destination.name if destination.parts else "")
    with opened_file(source) as reading, opened(destination.parent(), make=True) as folder:
        with _part(folder, how.part_name, destination) as writing:
            before = os.fstat(reading)
            sent = _pour(reading, writing, how, tick, source, destination)
            _compare(sent, writing, how, destination, tick)
            after = os.fstat(reading)
            if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
                raise FolderError("SourceChanged", f'"{source.path}" was changed while it was copied.')
            if how.preserve_timestamp:
                os.utime(writing, ns=(before.st_atime_ns, before.st_mtime_ns))
            with told(destination):
                os.rename(how.part_name, destination.name, src_dir_fd=folder, dst_dir_fd=folder)
        with told(destination.parent()):
            os.fsync(folder)
    return before.st_size


def store(chunks: Iterable[bytes], destination: Place, name: str) -> int:
    """Write a new file from `chunks` and return its size; it is there whole or not at all.

    name    under which it is written before it gets its own
    Raises  FolderError("Exists") when there is something of that name, and others
    """
    size = 0
    with opened(destination.parent()) as folder:
        with _part(folder, name, destination) as writing, told(destination):
            for chunk in chunks:
                _write(writing, chunk)
                size += len(chunk)
            os.fsync(writing)
            _give_name(folder, name, destination.name)
        os.fsync(folder)
    return size


def _give_name(folder: int, part: str, name: str) -> None:
    """Let a part have its name, without replacing what somebody else put there meanwhile."""
    try:
        os.link(part, name, src_dir_fd=folder, dst_dir_fd=folder)
        os.unlink(part, dir_fd=folder)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP):
            raise
        # This file system (FAT, for one) has no links. Between these two calls the other could come.
        if name in os.listdir(folder):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from error
        os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)


@contextmanager
def _part(folder: int, name: str, destination: Place) -> Iterator[int]:
    """A new file under the part's name; gone again if anything goes wrong before it has its own."""
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with told(destination):
        descriptor = os.open(name, flags, 0o666, dir_fd=folder)
    try:
        yield descriptor
    except BaseException:
        with suppress(OSError):
            os.unlink(name, dir_fd=folder)
        raise
    finally:
        os.close(descriptor)


def _pour(reading: int, writing: int, how: Copy, tick: Tick, source: Place, destination: Place) -> str:
    """Write everything and make it durable; return the checksum of what was read, if one is needed."""
    checksum = hashlib.new(how.algorithm) if how.verify_checksum or how.expected else None
    while True:
        with told(source):
            chunk = os.read(reading, CHUNK_BYTES)
        if not chunk:
            break
        if checksum:
            checksum.update(chunk)
        with told(destination):
            _write(writing, chunk)
        tick(len(chunk))
    with told(destination):
        os.fsync(writing)
    return checksum.hexdigest() if checksum else ""


def _write(descriptor: int, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _compare(sent: str, writing: int, how: Copy, destination: Place, tick: Tick) -> None:
    if how.expected and sent != how.expected.lower():
        raise FolderError(
            "ChecksumWrong",
            f'"{destination.path}": the source has {how.algorithm} {sent}, not {how.expected}.',
        )
    if sent:
        if hasattr(os, "posix_fadvise"):  # read what the disk has, not what memory still holds
            os.posix_fadvise(writing, 0, 0, os.POSIX_FADV_DONTNEED)
        os.lseek(writing, 0, os.SEEK_SET)
        with told(destination):
            arrived = _checksum(writing, how.algorithm, tick)
        if arrived != sent:
            raise FolderError(
                "ChecksumMismatch",
                f'"{destination.path}": {how.algorithm} {arrived} arrived, {sent} was sent.',
            )


def checksum_of(where: Place, algorithm: str, tick: Tick) -> str:
    """Return the checksum of a file. Raises FolderError."""
    with opened_file(where) as reading, told(where):
        return _checksum(reading, algorithm, tick)


def _checksum(descriptor: int, algorithm: str, tick: Tick) -> str:
    checksum = hashlib.new(algorithm)
    while chunk := os.read(descriptor, CHUNK_BYTES):
        checksum.update(chunk)
        tick(0)
    return checksum.hexdigest()


def remove_parts(folder: Place, action_id: Any, token: int) -> None:
    """Remove the half files that earlier workers of this action left in a folder."""
    with opened(folder) as descriptor:
        for earlier in range(1, token):
            with suppress(FileNotFoundError):
                os.unlink(part_name(action_id, earlier), dir_fd=descriptor)


def remove(where: Place, tick: Tick) -> int:
    """Delete a file, a link, or a folder with everything in it; return how many were deleted.

    tick    called before each deletion; what it raises stops it
    Raises  FolderError
    """
    if not where.parts:
        raise FolderError("BadPath", "The root of a collection cannot be deleted.")
    with opened(where.parent()) as folder:
        return _remove(folder, where, tick)


def _remove(folder: int, where: Place, tick: Tick) -> int:
    tick(0)
    with told(where):
        found = os.stat(where.name, dir_fd=folder, follow_symlinks=False)
        if not stat.S_ISDIR(found.st_mode):
            os.unlink(where.name, dir_fd=folder)
            return 1
        inside = os.open(where.name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
    try:
        with told(where):
            names = os.listdir(inside)
        count = sum(_remove(inside, _inner(where, name), tick) for name in names)
    finally:
        os.close(inside)
    with told(where):
        os.rmdir(where.name, dir_fd=folder)
    return count + 1


def _inner(folder: Place, name: str) -> Place:
    """A place inside; a name that nobody could type is deleted all the same."""
    if len(folder.parts) >= DEEPEST:
        raise FolderError("BadPath", f"Folders are nested more than {DEEPEST} levels deep.")
    return Place(folder.root, (*folder.parts, name))
