"""Reading a bundle that somebody brings. Nothing in it is believed: sizes, names, checksums, shapes."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Final

import orjson

from flowlang import definition
from runs.bundles import bundle
from runs.endings import MAX_EVENTS
from runs.metadata import LONGEST_LABEL, LONGEST_TAG, MOST_TAGS
from runs.models import Run

MOST_ZIP_BYTES: Final = 25_000_000
_MOST_TEXT_BYTES: Final = 12_000_000  # of one file but the log
_LINE: Final = re.compile(r"([0-9a-f]{64})  ([a-z0-9.-]+)")
_CODE: Final = re.compile(r"[A-Za-z]{1,64}")
_KNOWN: Final = frozenset(bundle.NAMES)
_NEEDED: Final = _KNOWN - {bundle.OUTPUT}
_WAYS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What the library for zip files raises at broken ones: more than it says.
_BROKEN: Final = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
    *(ValueError, OverflowError, RuntimeError, NotImplementedError),
)


class BundleRefused(ValueError):
    """The file is no bundle that can be opened; the message says what is wrong with it."""


@dataclass(frozen=True)
class Entry:
    """An entry of the log as it is stored."""

    time: datetime
    code: str
    description: str
    details: str


@dataclass(frozen=True)
class Found:
    """A bundle that is sound. `about` is its run.json; `ended_at` and `started_at` are read from it."""

    about: dict[str, Any]
    started_at: datetime
    ended_at: datetime
    definition: str
    states: int
    schema: str
    input: str
    output: str
    entries: list[Entry]
    checksum: str


def read(file: IO[bytes]) -> Found:
    """Return what is in the zip file. Raises BundleRefused."""
    files = _unpacked(file)
    checksum = _checked(files)
    about = _object(files, bundle.RUN)
    started_at, ended_at = _about(about)
    states = _object(files, bundle.DEFINITION).get("States")
    if not isinstance(states, dict) or not all(isinstance(each, dict) for each in states.values()):
        raise BundleRefused("definition.json has no States that are objects: it is no flow.")
    _object(files, bundle.SCHEMA)
    _object(files, bundle.INPUT)
    entries = list(_entries(files[bundle.EVENTS], about))
    return Found(
        about=about,
        started_at=started_at,
        ended_at=ended_at,
        definition=files[bundle.DEFINITION].decode(),
        states=len(states),
        schema=files[bundle.SCHEMA].decode(),
        input=files[bundle.INPUT].decode(),
        output=_output(files),
        entries=entries,
        checksum=checksum,
    )


def _unpacked(file: IO[bytes]) -> dict[str, bytes]:
    file.seek(0, io.SEEK_END)
    if file.tell() > MOST_ZIP_BYTES:
        raise BundleRefused(f"The file is larger than a bundle may be, {MOST_ZIP_BYTES // 1_000_000} MB.")
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            return _members(archive)
    except BundleRefused:
        raise
    except _BROKEN as error:
        raise BundleRefused(f"This is no zip file that can be read: {error}.") from error


def _members(archive: zipfile.ZipFile) -> dict[str, bytes]:
    names = [entry.filename for entry in archive.infolist()]
    strange = next((name for name in names if name not in _KNOWN), None)
    if strange is not None:
        raise BundleRefused(f'It holds "{strange[:80]}", which is no part of a run bundle.')
    if len(set(names)) < len(names):
        raise BundleRefused("It holds a file twice.")
    missing = sorted(_NEEDED - set(names))
    if missing:
        raise BundleRefused(f"It lacks {', '.join(missing)}: it is no run bundle, or an incomplete one.")
    left, files = bundle.MOST_BYTES, {}
    for entry in archive.infolist():
        files[entry.filename] = _member(archive, entry, left)
        left -= len(files[entry.filename])
    return files


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes:
    """Read no more than there may be, whatever the entry says of its size."""
    if entry.flag_bits & 1 or entry.compress_type not in _WAYS:
        raise BundleRefused(f"{entry.filename} is encrypted, or packed in a way that bundles are not.")
    most = left if entry.filename == bundle.EVENTS else min(left, _MOST_TEXT_BYTES)
    with archive.open(entry) as member:
        content = member.read(most + 1)
    if len(content) > most:
        raise BundleRefused(f"{entry.filename} is larger than it may be, {most // 1_000_000} MB.")
    return content


def _checked(files: dict[str, bytes]) -> str:
    """Return the checksum of the bundle, when each file is what the manifest says."""
    said: dict[str, str] = {}
    for line in files[bundle.MANIFEST].decode("ascii", "replace").splitlines():
        match = _LINE.fullmatch(line)
        if match is None or match[2] in said:
            raise BundleRefused("manifest-sha256.txt is not a list of checksums and names.")
        said[match[2]] = match[1]
    for name, content in files.items():
        if name != bundle.MANIFEST and said.pop(name, "") != bundle.sha256(content):
            raise BundleRefused(f"{name} is not what the manifest says: it was changed after the export.")
    if said:
        raise BundleRefused(f"The manifest names {sorted(said)[0]}, which is not in the file.")
    return bundle.sha256(files[bundle.MANIFEST])


def _object(files: dict[str, bytes], name: str) -> dict[str, Any]:
    """Return the JSON object in a file, read as strictly as what somebody types."""
    try:
        read = definition.parse(files[name].decode(), _MOST_TEXT_BYTES)
    except UnicodeDecodeError as error:
        raise BundleRefused(f"{name} is not text in UTF-8.") from error
    if read.problems or not isinstance(read.value, dict):
        why = read.problems[0].message if read.problems else "It is no JSON object."
        raise BundleRefused(f"{name} cannot be read: {why}")
    return read.value


def _output(files: dict[str, bytes]) -> str:
    if bundle.OUTPUT not in files:
        return "{}"
    _object(files, bundle.OUTPUT)
    return files[bundle.OUTPUT].decode()


def _about(about: dict[str, Any]) -> tuple[datetime, datetime]:
    """Return when the run started and ended. Raises BundleRefused for a run.json that cannot be."""
    if about.get("format") != bundle.FORMAT or about.get("format_version") != bundle.FORMAT_VERSION:
        raise BundleRefused("run.json is of another format, or of a later one than this site knows.")
    for name, most in (("flow_title", 128), ("label", LONGEST_LABEL), ("state", 255), ("started_by", 150)):
        if not _is_text(about.get(name), most):
            raise BundleRefused(f"run.json: {name} is no text of at most {most} characters.")
    for name in ("run_id", "address", "flow_id"):
        if not _is_text(about.get(name), 500):
            raise BundleRefused(f"run.json: {name} is no text of at most 500 characters.")
    if about.get("status") not in Run.TERMINAL:
        raise BundleRefused("run.json: status is not that of a run that is over.")
    tags = about.get("tags")
    if (
        not isinstance(tags, list)
        or len(tags) > MOST_TAGS
        or not all(_is_text(tag, LONGEST_TAG) for tag in tags)
    ):
        raise BundleRefused(
            f"run.json: tags is no list of at most {MOST_TAGS} texts of at most {LONGEST_TAG} characters."
        )
    number = about.get("flow_version")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**31:
        raise BundleRefused("run.json: flow_version is no number of a version.")
    return _time(about.get("start_time"), "start_time"), _time(
        about.get("completion_time"), "completion_time"
    )


def _is_text(value: Any, most: int) -> bool:
    return isinstance(value, str) and len(value) <= most and "\0" not in value


def _time(value: Any, what: str) -> datetime:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1980 <= found.year <= 9000:
        raise BundleRefused(f"{what} is no time with a zone.")
    return found


def _entries(content: bytes, about: dict[str, Any]) -> Iterator[Entry]:
    lines = content.splitlines()
    if not 0 < len(lines) <= MAX_EVENTS or about.get("events") != len(lines):
        raise BundleRefused("events.jsonl does not hold as many entries as run.json says.")
    for number, line in enumerate(lines, 1):
        yield _entry(number, line)


def _entry(number: int, line: bytes) -> Entry:
    where = f"events.jsonl, line {number}"
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BundleRefused(f"{where} is no JSON.") from error
    if not isinstance(said, dict) or said.get("seq") != number or isinstance(said["seq"], bool):
        raise BundleRefused(f"{where} is not entry {number}: the log has a gap, or was changed.")
    code, details = said.get("code"), said.get("details")
    if (
        not isinstance(code, str)
        or not _CODE.fullmatch(code)
        or not _is_text(said.get("description"), 100_000)
    ):
        raise BundleRefused(f"{where} has no code or description that can be.")
    if not isinstance(details, dict) or not isinstance(details.get("state_name", ""), str):
        raise BundleRefused(f"{where} has no details that can be.")
    at = _time(said.get("time"), f"{where}: time")
    return Entry(at, code, said["description"], orjson.dumps(details).decode())
