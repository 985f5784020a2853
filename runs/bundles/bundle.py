"""A run as one file to keep, to publish and to open elsewhere: what is in it, and its checksum."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

from flowlang.events import FLOW_SUCCEEDED
from flowlang.problems import JSON
from library.private import without_private
from runs import documents
from runs.bundles import bundle_crate
from runs.metadata import LONGEST_LABEL, LONGEST_TAG
from runs.models import Run, RunAgain, RunEvent, RunRetry
from runs.redaction import Redaction, public_input, redaction_of
from wire.errors import PayloadTooLarge, StateConflict
from wire.timestamps import stamp

FORMAT: Final = "headrace run bundle"
FORMAT_VERSION: Final = 1
RUN, DEFINITION, SCHEMA, INPUT, OUTPUT, EVENTS, CRATE, MANIFEST = NAMES = (
    "run.json",
    "definition.json",
    "input-schema.json",
    "input.json",
    "output.json",
    "events.jsonl",
    "ro-crate-metadata.json",
    "manifest-sha256.txt",
)
MOST_BYTES: Final = 64_000_000  # of all files, unpacked
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)  # in a zip file


@dataclass(frozen=True)
class Bundle:
    """The files of a bundle by name, the manifest among them.

    checksum   SHA-256 of the manifest, which holds that of every other file
    """

    files: dict[str, bytes]
    checksum: str


def bundle_of(run: Run, address: str) -> Bundle:
    """Return the bundle of a run that is over; the same run gives the same bytes.

    address   of the run's page, which the bundle tells
    Raises    StateConflict (409) while the run goes on; PayloadTooLarge (413)
    """
    if run.status not in Run.TERMINAL:
        raise StateConflict(f"Run {run.pk} goes on: a bundle is made of a run that is over.")
    hidden = redaction_of(run)
    files = {
        RUN: _pretty(_about(run, address, hidden)),
        **_texts(run),
        INPUT: _pretty(public_input(run, hidden)),
    }
    files |= _logged(run, hidden, MOST_BYTES - _size(files))
    files[CRATE] = _pretty(bundle_crate.crate(run, files))
    manifest = manifest_of(files)
    return Bundle({**files, MANIFEST: manifest}, sha256(manifest))


def manifest_of(files: dict[str, bytes]) -> bytes:
    """Return a line a file: its SHA-256 and its name, as `sha256sum --check` reads them."""
    return "".join(f"{sha256(files[name])}  {name}\n" for name in sorted(files) if name != MANIFEST).encode()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def packed(run: Run, bundle: Bundle) -> bytes:
    """Return the zip file. It has no time of its own: that of the run's end stands for all files."""
    ended = run.completed_at.timetuple()[:6] if run.completed_at else _EARLIEST
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in NAMES:
            if name in bundle.files:
                entry = zipfile.ZipInfo(name, date_time=max(ended, _EARLIEST))
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, bundle.files[name], zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _about(run: Run, address: str, hidden: Redaction) -> dict[str, JSON]:
    retry = RunRetry.objects.filter(run=run.pk).first()
    again = RunAgain.objects.filter(run=run.pk).first()
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "run_id": str(run.pk),
        "address": address,
        "flow_id": str(run.flow_id),
        "flow_title": run.flow.title,
        "flow_version": run.version.number,
        "semantics": run.semantics,
        "label": hidden.text(run.label)[:LONGEST_LABEL],  # a mask may be longer than what it hides
        "tags": [hidden.text(str(tag))[:LONGEST_TAG] for tag in run.tags],
        "status": run.status,
        "is_cancelled": run.status == Run.FAILED and run.cancel_requested,
        "state": run.state,
        "start_time": stamp(run.started_at),
        "completion_time": stamp(run.completed_at),
        "started_by": run.owner.get_username(),
        "events": run.last_seq,
        "retry_of": str(retry.original_id) if retry and retry.original_id else None,
        "began_as": str(again.earlier_id) if again and again.earlier_id else None,
    }


def _texts(run: Run) -> dict[str, bytes]:
    """The author's own texts, unless something in them is private."""
    version = run.version
    public = without_private(version.definition)
    source = version.source.encode() if public == version.definition else _pretty(public)
    return {DEFINITION: source, SCHEMA: version.schema_source.encode()}


def _logged(run: Run, hidden: Redaction, left: int) -> dict[str, bytes]:
    lines: list[bytes] = []
    found: dict[str, bytes] = {}
    for entry in _entries(run, hidden):
        lines.append(orjson.dumps(entry) + b"\n")
        left -= len(lines[-1])
        if left < 0:
            raise PayloadTooLarge(
                f"The log of run {run.pk} is too large for a bundle, which holds {MOST_BYTES // 1_000_000} "
                "MB. Download the log instead."
            )
        if entry["code"] == FLOW_SUCCEEDED:
            found[OUTPUT] = _pretty(entry["details"].get("output"))
    return {**found, EVENTS: b"".join(lines)}


def _entries(run: Run, hidden: Redaction) -> Iterator[dict[str, Any]]:
    rows = RunEvent.objects.filter(run=run.pk, seq__lte=run.last_seq).order_by("seq")
    for event in rows.iterator(chunk_size=500):
        entry = documents.entry(event)
        said, details = hidden.text(entry["description"]), hidden.shown(entry["details"])
        yield {**entry, "description": said, "details": details}


def _size(files: dict[str, bytes]) -> int:
    return sum(len(content) for content in files.values())


def _pretty(value: JSON) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
