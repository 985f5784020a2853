"""Getting files into a collection and out of it, with a browser."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header, urlencode
from django.views.decorators.http import require_GET, require_POST

from providers.provider import ActionError
from providers.transfer.access import collection_for
from providers.transfer.copying import CHUNK_BYTES, part_name, store
from providers.transfer.folders import FolderError, Place, make_folder, opened_file, place
from providers.transfer.models import Collection
from providers.transfer.pickers import refusal, told_as_json
from providers.transfer.views import caller, collection_of, folder_path, show_folder

LARGEST_UPLOAD_BYTES = 1 << 30
_LARGEST_BODY_BYTES = 16_384


@require_POST
@told_as_json
def mkdir(request: HttpRequest, id: UUID) -> HttpResponseBase:
    """Make a folder: {"path"} as JSON, or `name` and `folder` from the form of the page."""
    collection = collection_for(caller(request), id, write=True)
    if request.content_type == "application/json":
        where = place(collection.root, _path_in(request))
        make_folder(where)
        return JsonResponse({"path": folder_path(where)}, status=201)
    path = request.POST.get("folder", "/")
    try:
        make_folder(place(collection.root, path).below(request.POST.get("name", "").strip()))
    except FolderError as error:
        return show_folder(request, collection, path, error.description, 400)
    return redirect(_address(collection, path))


@require_POST
@told_as_json
def upload(request: HttpRequest, id: UUID) -> HttpResponseBase:
    """Store one file: as the whole body at `?path=`, or from the form of the page."""
    collection = collection_for(caller(request), id, write=True)
    length = request.headers.get("Content-Length", "0")
    if not length.isdigit() or int(length) > LARGEST_UPLOAD_BYTES:
        return refusal(f"A file may have at most {LARGEST_UPLOAD_BYTES >> 20} MB here.", 413)
    if request.content_type == "multipart/form-data":
        return _upload_from_form(request, collection)
    where = place(collection.root, request.GET.get("path", ""))
    size = store(_bounded(request), _named(where), part_name(uuid4(), 0))
    return JsonResponse({"path": where.path, "size": size}, status=201)


def _upload_from_form(request: HttpRequest, collection: Collection) -> HttpResponseBase:
    path, file = request.POST.get("folder", "/"), request.FILES.get("file")
    try:
        if file is None:
            raise FolderError("BadPath", "Choose a file first.")
        where = place(collection.root, path).below(file.name or "")
        store(file.chunks(), where, part_name(uuid4(), 0))
    except FolderError as error:
        return show_folder(request, collection, path, error.description, 400)
    messages.success(request, f"{where.name} is uploaded.")
    return redirect(_address(collection, path))


def _path_in(request: HttpRequest) -> str:
    """The path in a small JSON body."""
    try:
        told = json.loads(request.read(_LARGEST_BODY_BYTES))
    except (ValueError, RecursionError) as error:
        raise ActionError("BadRequest", "The body is not valid JSON.") from error
    path = told.get("path") if isinstance(told, dict) else None
    if not isinstance(path, str):
        raise ActionError("BadRequest", 'Send {"path": "/folder"}.')
    return path


def _named(where: Place) -> Place:
    if not where.parts:
        raise FolderError("BadPath", "Say under which name: ?path=/folder/name.")
    return where


def _bounded(request: HttpRequest) -> Iterator[bytes]:
    """The body, a chunk at a time. A length that lies does not get more room."""
    size = 0
    while chunk := request.read(CHUNK_BYTES):
        size += len(chunk)
        if size > LARGEST_UPLOAD_BYTES:
            raise FolderError("TooLarge", f"A file may have at most {LARGEST_UPLOAD_BYTES >> 20} MB here.")
        yield chunk


def _address(collection: Collection, path: str) -> str:
    return f"{reverse('providers:collection', args=[collection.pk])}?{urlencode({'path': path})}"


@login_required
@require_GET
def download(request: HttpRequest, id: UUID) -> HttpResponseBase:
    """A file, to be saved: nothing that somebody put into a collection runs in this site's pages."""
    collection = collection_of(request, id)
    path = request.GET.get("path", "")
    held = ExitStack()
    try:
        where = place(collection.root, path)
        descriptor = held.enter_context(opened_file(where))
    except FolderError as error:
        return show_folder(request, collection, "/", error.description, 404)
    size = os.fstat(descriptor).st_size
    response = StreamingHttpResponse(_chunks(descriptor, size, held), content_type="application/octet-stream")
    response["Content-Length"] = str(size)
    response["Content-Disposition"] = content_disposition_header(True, where.name) or "attachment"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response


async def _chunks(descriptor: int, left: int, held: ExitStack) -> AsyncIterator[bytes]:
    """Read aside, so that a slow disk stops nobody else; closed also when the reader goes away.

    Of a file that grows meanwhile, what was announced: a server breaks off whoever sends more.
    """
    with held:
        while chunk := await asyncio.to_thread(os.read, descriptor, min(left, CHUNK_BYTES)):
            left -= len(chunk)
            yield chunk
