"""The details of a transfer or delete action: the Transfer task document. Pure.

Source: Transfer API, task document; all keys that flows are known to test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from flowlang.problems import JSON

DEADLINE: Final = timedelta(days=1)
MOST_EVENTS: Final = 10
_OPTIONS: Final = (
    "verify_checksum",
    "preserve_timestamp",
    "encrypt_data",
    "skip_source_errors",
    "fail_on_quota_errors",
    "delete_destination_extra",
)
# What Transfer calls the failures that our folders tell.
NICE_STATUS: Final = {
    "NotFound": ("FILE_NOT_FOUND", "file not found"),
    "PermissionDenied": ("PERMISSION_DENIED", "permission denied"),
    "QuotaExceeded": ("QUOTA_EXCEEDED", "quota exceeded"),
    "ChecksumMismatch": ("CHECKSUM_MISMATCH", "checksum mismatch"),
    "ChecksumWrong": ("CHECKSUM_MISMATCH", "checksum mismatch"),
    "SourceChanged": ("FILE_CHANGED", "file changed"),
    "NotAFolder": ("NOT_A_DIRECTORY", "not a directory"),
    "IsAFolder": ("IS_A_DIRECTORY", "is a directory"),
    "LinkRefused": ("PATH_NOT_ALLOWED", "path not allowed"),
    "BadPath": ("PATH_NOT_ALLOWED", "path not allowed"),
    "PathsOverlap": ("PATH_NOT_ALLOWED", "path not allowed"),
    "Cancelled": ("CANCELED", "canceled"),
    "DeadlineExceeded": ("EXPIRED", "deadline exceeded"),
}
_OTHER: Final = ("ENDPOINT_ERROR", "endpoint error")


@dataclass
class Tally:
    """How far a task is; counted up while it is carried out."""

    files: int = 0
    files_transferred: int = 0
    files_skipped: int = 0
    directories: int = 0
    directories_made: int = 0
    bytes_transferred: int = 0
    bytes_checksummed: int = 0
    faults: int = 0
    skipped_errors: int = 0
    failed: int = 0
    retrying: int = 0
    problem: tuple[str, str] | None = None  # code and description of the last fault
    events: list[dict[str, JSON]] = field(default_factory=list)

    def note(self, code: str, description: str, now: datetime) -> None:
        """Remember a fault: it is shown until something goes well again."""
        self.problem = (code, description)
        nice, words = NICE_STATUS.get(code, _OTHER)
        event: dict[str, JSON] = {
            "DATA_TYPE": "event",
            "code": nice,
            "description": words,
            "details": description,
            "is_error": True,
            "time": now.isoformat(timespec="seconds"),
        }
        self.events = [event, *self.events][:MOST_EVENTS]


@dataclass(frozen=True)
class Task:
    """What does not change while a task is carried out.

    kind       "TRANSFER" or "DELETE"
    source     {"id", "display_name"} of the collection (the only one, for DELETE)
    """

    id: str
    kind: str
    owner_id: str
    username: str
    label: str
    body: Mapping[str, Any]
    requested_at: datetime
    source: Mapping[str, str]
    destination: Mapping[str, str] | None = None


def task_document(
    task: Task, tally: Tally, status: str, now: datetime, ended_at: datetime | None = None
) -> dict[str, JSON]:
    """Return the task document.

    status  ACTIVE, SUCCEEDED or FAILED; with FAILED, the tally's last problem is the fatal error
    """
    return {
        "DATA_TYPE": "task",
        "task_id": task.id,
        "type": task.kind,
        "status": status,
        "label": task.label,
        "request_time": _time(task.requested_at),
        "deadline": task.body.get("deadline") or _time(task.requested_at + DEADLINE),
        "completion_time": _time(ended_at) if ended_at else None,
        "owner_id": task.owner_id,
        "command": "API 0.10",
        "username": task.username,
        **_endpoint("source", task.source, task.username),
        **_endpoint("destination", task.destination, task.username),
        **_counts(task, tally, now),
        **_health(tally, status),
        **_subtasks(tally, status),
        "sync_level": task.body.get("sync_level"),
        **{name: bool(task.body.get(name, False)) for name in _OPTIONS},
        "recursive_symlinks": task.body.get("recursive_symlinks") or "ignore",
        "filter_rules": task.body.get("filter_rules"),
        "canceled_by_admin": None,
        "canceled_by_admin_message": None,
        "history_deleted": False,
        "event_list": list(tally.events),
    }


def _counts(task: Task, tally: Tally, now: datetime) -> dict[str, JSON]:
    seconds = max((now - task.requested_at).total_seconds(), 0.001)
    return {
        "files": tally.files,
        "files_transferred": tally.files_transferred,
        "files_skipped": tally.files_skipped,
        "directories": tally.directories,
        "bytes_transferred": tally.bytes_transferred,
        "bytes_checksummed": tally.bytes_checksummed,
        "effective_bytes_per_second": int(tally.bytes_transferred / seconds),
    }


def _health(tally: Tally, status: str) -> dict[str, JSON]:
    code, description = tally.problem or ("", "")
    nice, words = NICE_STATUS.get(code, _OTHER) if code else ("OK", "OK")
    fatal: JSON = {"code": nice, "description": description} if status == "FAILED" else None
    failure: dict[str, JSON] = (
        {"code": code, "description": description, "message": description} if fatal else {}
    )
    return {
        "faults": tally.faults,
        "fatal_error": fatal,
        "is_ok": status == "SUCCEEDED" or not code,
        "is_paused": False,
        "nice_status": nice,
        "nice_status_details": description or None,
        "nice_status_expires_in": -1,
        "nice_status_short_description": words,
        **failure,
    }


def _subtasks(tally: Tally, status: str) -> dict[str, JSON]:
    total = tally.files + tally.directories + tally.skipped_errors
    done = tally.files_transferred + tally.files_skipped + tally.directories_made
    rest = max(total - done - tally.failed - tally.skipped_errors, 0)
    code = tally.problem[0] if tally.problem else ""
    return {
        "subtasks_total": total,
        "subtasks_succeeded": done,
        "subtasks_failed": tally.failed,
        "subtasks_pending": rest if status == "ACTIVE" else 0,
        "subtasks_retrying": tally.retrying,
        "subtasks_canceled": rest if status == "FAILED" and code == "Cancelled" else 0,
        "subtasks_expired": rest if status == "FAILED" and code == "DeadlineExceeded" else 0,
        "subtasks_skipped_errors": tally.skipped_errors,
    }


def _endpoint(side: str, collection: Mapping[str, str] | None, username: str) -> dict[str, JSON]:
    if collection is None:
        return {f"{side}_endpoint{end}": None for end in ("", "_id", "_display_name")}
    return {
        f"{side}_endpoint": f"{username}#{collection['id']}",
        f"{side}_endpoint_id": collection["id"],
        f"{side}_endpoint_display_name": collection["display_name"],
    }


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
