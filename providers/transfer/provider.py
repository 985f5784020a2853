"""The Transfer family over local folders. Here: ls, stat, mkdir, collection_info."""

from __future__ import annotations

import uuid
from typing import Any, Final

from flowlang.problems import JSON
from providers.models import Action
from providers.own import TRANSFER_SCOPE, ActingProvider, ActionFailure, AnsweringProvider
from providers.provider import Provider
from providers.transfer import answers, schemas
from providers.transfer.access import collection_to_use
from providers.transfer.folders import FolderError, Item, Place, find, item_at, items, make_folder, place
from providers.transfer.listing import chosen, file_document, ordered
from providers.transfer.models import Collection
from providers.transfer.task_provider import TASKS
from wire.principals import ALL_AUTHENTICATED, PUBLIC, Caller, identity_urn

_COARSE_SECONDS: Final = 1.0  # file systems keep time less finely than we do
_ENDPOINT_ID: Final = {"endpoint": "endpoint_id"}


def _failure(error: FolderError, code: str = "") -> ActionFailure:
    codes = {"NotFound": "ClientError.NotFound", "BadPath": "ClientError.BadPath"}
    return ActionFailure(code or codes.get(error.code, f"ExternalError.{error.code}"), error.description)


class Ls(AnsweringProvider):
    path = "transfer/ls"
    title = "Transfer: List a Folder"
    subtitle = "Lists a folder of a collection"
    scope = TRANSFER_SCOPE
    input_schema = schemas.LS
    details_schema = answers.LS
    old_names = _ENDPOINT_ID

    def answer(self, body: dict[str, Any], caller: Caller) -> JSON:
        collection = collection_to_use(caller, body["endpoint_id"])
        try:
            folder = place(collection.root, body.get("path") or "/")
            if body.get("path_only"):
                return _path_only(collection, folder)
            found = items(folder)
        except FolderError as error:
            raise _failure(error) from error
        return _listing(collection, folder, found, body)


def _listing(collection: Collection, folder: Place, found: list[Item], body: dict[str, Any]) -> JSON:
    shown = chosen(found, show_hidden=body.get("show_hidden", True), filters=_list(body.get("filter")))
    shown = ordered(shown, _list(body.get("orderby")))
    offset = body.get("offset", 0)
    page = shown[offset : offset + body.get("limit", 100_000)]
    return {
        "DATA_TYPE": "file_list",
        "DATA": [file_document(item) for item in page],
        "absolute_path": None,
        "endpoint": str(collection.pk),
        "path": folder.path.rstrip("/") + "/",
        "length": len(page),
        "total": len(shown),
        "rename_supported": True,
        "symlink_supported": False,
    }


def _path_only(collection: Collection, where: Place) -> JSON:
    """What old definitions ask for: the item itself, listed in its folder, with `is_folder`."""
    item = item_at(where)
    listing = _listing(collection, where.parent(), [item], {})
    is_folder: dict[str, JSON] = {"is_folder": item.kind == "dir"}
    documents: list[JSON] = [file_document(item) | is_folder]
    return {**listing, "DATA": documents} if isinstance(listing, dict) else listing


def _list(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else value or []


class Stat(AnsweringProvider):
    path = "transfer/stat"
    title = "Transfer: Look at a Path"
    subtitle = "Tells what is at a path of a collection"
    scope = TRANSFER_SCOPE
    input_schema = schemas.STAT
    details_schema = answers.STAT
    old_names = _ENDPOINT_ID

    def answer(self, body: dict[str, Any], caller: Caller) -> JSON:
        collection = collection_to_use(caller, body["endpoint_id"])
        try:
            where = place(collection.root, body["path"])
            item = find(where)
        except FolderError as error:
            raise _failure(error) from error
        # A missing path is an answer, not a failure: flows test `details.code`.
        return file_document(item) if item and item.kind != "link" else _nothing(where)


def _nothing(where: Place) -> JSON:
    return {"code": "NotFound", "message": f'"{where.path}" does not exist.'}


class Mkdir(ActingProvider):
    path = "transfer/mkdir"
    title = "Transfer: Make a Folder"
    subtitle = "Creates a folder in a collection"
    scope = TRANSFER_SCOPE
    input_schema = schemas.MKDIR
    details_schema = answers.MKDIR
    old_names = _ENDPOINT_ID

    def act(self, action: Action, body: dict[str, Any], caller: Caller) -> JSON:
        collection = collection_to_use(caller, body["endpoint_id"], write=True)
        try:
            where = place(collection.root, body["path"])
            _make(where, action)
        except FolderError as error:
            code = f"ExternalError.MkdirFailed.{error.code}" if error.code == "Exists" else ""
            raise _failure(error, code) from error
        return {
            "DATA_TYPE": "mkdir_result",
            "code": "DirectoryCreated",
            "message": "The directory was created successfully",
            "request_id": str(action.pk)[:9],
            "resource": f"/operation/endpoint/{collection.pk}/mkdir",
        }


def _make(where: Place, action: Action) -> None:
    """Make a folder. After a crash, one that appeared since the action began is the one it made."""
    try:
        make_folder(where)
    except FolderError as error:
        is_again = error.code == "Exists" and action.lease_token > 1
        began_ns = (action.started_at.timestamp() - _COARSE_SECONDS) * 1e9
        if not is_again or item_at(where).modified_ns < began_ns:
            raise


class CollectionInfo(AnsweringProvider):
    path = "transfer/collection_info"
    title = "Transfer: Collection Information"
    subtitle = "Describes a collection"
    scope = TRANSFER_SCOPE
    input_schema = schemas.COLLECTION_INFO
    details_schema = answers.COLLECTION_INFO
    old_names = _ENDPOINT_ID

    def answer(self, body: dict[str, Any], caller: Caller) -> JSON:
        return _collection_document(collection_to_use(caller, body["endpoint_id"]))


def _collection_document(collection: Collection) -> JSON:
    """The endpoint document. `host_path` is the local folder, as functions on this machine see it."""
    owner = collection.owner
    nothing = ("organization", "subscription_id", "mapped_collection_id", "gcp_connected", "gcp_paused")
    flags = ("acl_editable", "disable_verify", "force_encryption", "high_assurance", "mfa_required")
    is_public = collection.roles.filter(principal__in=[PUBLIC, ALL_AUTHENTICATED]).exists()
    return {
        "DATA_TYPE": "endpoint",
        "DATA": [],
        "id": str(collection.pk),
        "display_name": collection.display_name,
        "description": collection.description,
        "entity_type": "GCSv5_guest_collection",
        "owner_id": str(owner.pk),
        "owner_string": owner.get_username(),
        "owner_urn": identity_urn(owner.pk),
        "public": is_public,
        "host_endpoint_id": str(uuid.uuid5(uuid.NAMESPACE_URL, "headrace:host")),
        "host_path": collection.root,
        "default_directory": "/",
        "acl_available": True,
        "is_globus_connect": False,
        "non_functional": False,
        **dict.fromkeys(nothing),
        **dict.fromkeys(flags, False),
    }


PROVIDERS: list[Provider] = [Ls(), Stat(), Mkdir(), CollectionInfo(), *TASKS.values()]
