"""What the Transfer providers take. Source: Transfer API documents, and the providers' documentation."""

from __future__ import annotations

from typing import Any, Final

_UUID: Final[dict[str, Any]] = {"type": "string", "format": "uuid"}
_TEXT: Final[dict[str, Any]] = {"type": "string"}
_FLAG: Final[dict[str, Any]] = {"type": "boolean"}
_COUNT: Final[dict[str, Any]] = {"type": "integer", "minimum": 0}
_PATH: Final[dict[str, Any]] = {"type": "string", "minLength": 1}
_TASK: Final[dict[str, Any]] = {
    "label": {"type": "string", "maxLength": 128},
    "deadline": _TEXT,
    "submission_id": _TEXT,
    "DATA_TYPE": _TEXT,
    "notify_on_succeeded": _FLAG,
    "notify_on_failed": _FLAG,
    "notify_on_inactive": _FLAG,
}
_TRANSFER_ITEM: Final[dict[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["source_path", "destination_path"],
    "properties": {
        "DATA_TYPE": _TEXT,
        "source_path": _PATH,
        "destination_path": _PATH,
        "recursive": {"type": ["boolean", "null"]},
        "external_checksum": {"type": ["string", "null"]},
        "checksum_algorithm": {"type": ["string", "null"]},
    },
}
_FILTER_RULE: Final[dict[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "DATA_TYPE": _TEXT,
        "method": {"enum": ["include", "exclude"]},
        "name": _TEXT,
        "type": {"enum": ["file", "dir", None]},
    },
}


def _schema(required: list[str], properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }


TRANSFER: Final = _schema(
    ["source_endpoint", "destination_endpoint", "DATA"],
    {
        "source_endpoint": _UUID,
        "destination_endpoint": _UUID,
        "DATA": {"type": "array", "minItems": 1, "maxItems": 100_000, "items": _TRANSFER_ITEM},
        **_TASK,
        "sync_level": {"enum": [0, 1, 2, 3, "exists", "size", "mtime", "checksum"]},
        "verify_checksum": _FLAG,
        "preserve_timestamp": _FLAG,
        "encrypt_data": _FLAG,
        "skip_source_errors": _FLAG,
        "fail_on_quota_errors": _FLAG,
        "delete_destination_extra": _FLAG,
        "filter_rules": {"type": "array", "maxItems": 1000, "items": _FILTER_RULE},
        "recursive_symlinks": {"enum": ["ignore", "keep", "copy"]},
        "source_local_user": _TEXT,
        "destination_local_user": _TEXT,
        "skip_activation_check": _FLAG,
    },
)
DELETE: Final = _schema(
    ["endpoint", "DATA"],
    {
        "endpoint": _UUID,
        "DATA": {
            "type": "array",
            "minItems": 1,
            "maxItems": 100_000,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["path"],
                "properties": {"DATA_TYPE": _TEXT, "path": _PATH},
            },
        },
        **_TASK,
        "recursive": _FLAG,
        "ignore_missing": _FLAG,
        "interpret_globs": _FLAG,
        "local_user": _TEXT,
    },
)
MKDIR: Final = _schema(
    ["endpoint_id", "path"], {"endpoint_id": _UUID, "path": _PATH, "local_user": _TEXT, "DATA_TYPE": _TEXT}
)
STAT: Final = _schema(["endpoint_id", "path"], {"endpoint_id": _UUID, "path": _PATH, "local_user": _TEXT})
LS: Final = _schema(
    ["endpoint_id"],
    {
        "endpoint_id": _UUID,
        "path": _TEXT,
        "show_hidden": _FLAG,
        "limit": _COUNT | {"maximum": 100_000},
        "offset": _COUNT,
        "orderby": {"type": ["string", "array"], "items": _TEXT},
        "filter": {"type": ["string", "array"], "items": _TEXT},
        "local_user": _TEXT,
        "path_only": _FLAG,
    },
)
COLLECTION_INFO: Final = _schema(["endpoint_id"], {"endpoint_id": _UUID})
