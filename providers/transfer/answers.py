"""What the details of succeeded Transfer actions hold, as JSON schemas (source: action-providers, Transfer).

They leave room for further members: the hosted service may send some that we do not.
"""

from __future__ import annotations

from typing import Final

from flowlang.problems import JSON

_TEXT: Final[JSON] = {"type": "string"}
_FLAG: Final[JSON] = {"type": "boolean"}
_COUNT: Final[JSON] = {"type": "integer"}
_TEXT_OR_NULL: Final[JSON] = {"type": ["string", "null"]}
_NULL: Final[JSON] = {"type": "null"}


def _document(properties: dict[str, JSON], optional: tuple[str, ...] = ()) -> JSON:
    required: list[JSON] = [name for name in properties if name not in optional]
    return {"type": "object", "required": required, "properties": properties}


def _all(words: str, schema: JSON) -> dict[str, JSON]:
    return dict.fromkeys(words.split(), schema)


_FILE: Final[dict[str, JSON]] = {
    "type": {"enum": ["file", "dir"]},
    "size": _COUNT,
    **_all("DATA_TYPE name permissions last_modified user group", _TEXT),
    **_all("link_target link_size link_last_modified link_user link_group", _NULL),
}
LS: Final = _document(
    {
        "DATA": {"type": "array", "items": _document(_FILE | {"is_folder": _FLAG}, ("is_folder",))},
        **_all("DATA_TYPE endpoint path", _TEXT),
        **_all("length total", _COUNT),
        **_all("rename_supported symlink_supported", _FLAG),
        "absolute_path": _NULL,
    }
)
# Either a file document, or that there is nothing: which, only a run can tell.
STAT: Final = _document({**_FILE, **_all("code message", _TEXT)}, (*_FILE, "code", "message"))
MKDIR: Final = _document(_all("DATA_TYPE code message request_id resource", _TEXT))
COLLECTION_INFO: Final = _document(
    {
        "DATA": {"type": "array"},
        **_all("DATA_TYPE id display_name description entity_type owner_id owner_string owner_urn", _TEXT),
        **_all("host_endpoint_id host_path default_directory", _TEXT),
        **_all("public acl_available acl_editable disable_verify force_encryption high_assurance", _FLAG),
        **_all("mfa_required is_globus_connect non_functional", _FLAG),
        **_all("organization subscription_id mapped_collection_id gcp_connected gcp_paused", {}),
    }
)
_NAMES: Final = "endpoint endpoint_id endpoint_display_name"
_TASK: Final[dict[str, JSON]] = {
    "status": {"const": "SUCCEEDED"},
    **_all("DATA_TYPE task_id type label request_time deadline owner_id command username", _TEXT),
    **_all("completion_time", _TEXT_OR_NULL),
    **{f"source_{name}": _TEXT for name in _NAMES.split()},
    **_all("files files_transferred files_skipped directories bytes_transferred bytes_checksummed", _COUNT),
    **_all("effective_bytes_per_second faults nice_status_expires_in", _COUNT),
    **_all("subtasks_total subtasks_succeeded subtasks_failed subtasks_pending subtasks_retrying", _COUNT),
    **_all("subtasks_canceled subtasks_expired subtasks_skipped_errors", _COUNT),
    **_all("is_ok is_paused history_deleted verify_checksum preserve_timestamp encrypt_data", _FLAG),
    **_all("skip_source_errors fail_on_quota_errors delete_destination_extra", _FLAG),
    **_all("nice_status nice_status_short_description recursive_symlinks", _TEXT),
    "nice_status_details": _TEXT_OR_NULL,
    # Told as they were asked for, or of a failure: whoever reads them knows more than a schema can.
    **_all("fatal_error sync_level filter_rules canceled_by_admin canceled_by_admin_message", {}),
    "event_list": {"type": "array"},
}
TRANSFER: Final = _document({**_TASK, **{f"destination_{name}": _TEXT for name in _NAMES.split()}})
DELETE: Final = _document({**_TASK, **{f"destination_{name}": {} for name in _NAMES.split()}})
