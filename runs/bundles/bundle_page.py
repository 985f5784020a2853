"""Pages of bundles: what is in that of a run, and opening, finding and closing those of elsewhere."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files import File
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from runs import access
from runs.acting_tables import RunBundle
from runs.bundles import bundle, bundle_opening, bundle_reading
from runs.bundles.bundle_reading import BundleRefused
from runs.models import Run
from wire.errors import ApiError, NotFound, StateConflict
from wire.models import User


@never_cache
@require_safe
def bundle_page(request: HttpRequest, run_id: str) -> HttpResponse:
    """Show what is in the bundle of a run, and its checksum; `?download=1` is the file."""
    run = access.run_for(request.user, run_id)
    try:
        if hasattr(run, "bundle"):
            raise StateConflict("The run came from a bundle: pass that on instead.")
        made = bundle.bundle_of(run, _address(request, run))
    except ApiError as error:
        return render(request, "runs/bundle.html", {"run": run, "fault": str(error)}, status=error.status)
    if request.GET.get("download"):
        return _file(run, bundle.packed(run, made))
    rows = [(name, len(content), bundle.sha256(content)) for name, content in sorted(made.files.items())]
    return render(request, "runs/bundle.html", {"run": run, "rows": rows, "checksum": made.checksum})


def _address(request: HttpRequest, run: Run) -> str:
    return request.build_absolute_uri(reverse("runs:run", args=[run.pk]))


def _file(run: Run, content: bytes) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="run-{run.pk}.zip"'
    return answer


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bundles(request: HttpRequest) -> HttpResponse:
    """Show the bundles that one has opened; a POST opens another."""
    user = cast("User", request.user)
    if request.method != "POST":
        return _bundles(request, user)
    file = request.FILES.get("bundle")
    try:
        return redirect("runs:run", run_id=_opened(user, file).run_id)
    except BundleRefused as error:
        return _bundles(request, user, str(error), 413 if _is_too_large(file) else 422)
    except StateConflict as error:
        return _bundles(request, user, str(error), error.status)


def _opened(user: User, file: File[bytes] | None) -> RunBundle:
    if file is None:
        raise BundleRefused("Choose the zip file of a bundle first.")
    return bundle_opening.keep(bundle_reading.read(file), user, file.name or "")


def _is_too_large(file: File[bytes] | None) -> bool:
    return file is not None and (file.size or 0) > bundle_reading.MOST_ZIP_BYTES


def _bundles(request: HttpRequest, user: User, fault: str = "", status: int = 200) -> HttpResponse:
    rows = RunBundle.objects.filter(opened_by=user).select_related("run__flow").order_by("-opened_at", "pk")
    return render(request, "runs/bundles.html", {"rows": rows, "fault": fault}, status=status)


@login_required
@require_POST
def close(request: HttpRequest, run_id: str) -> HttpResponse:
    """Delete what is kept of a bundle."""
    mine = RunBundle.objects.filter(opened_by=cast("User", request.user).pk, run_id=run_id)
    opened = mine.select_related("run").first()
    if opened is None:
        raise NotFound(f"No bundle is open as run {run_id}.")
    bundle_opening.close(opened)
    messages.success(request, f"{opened.name or 'The bundle'} is closed. The file itself is still yours.")
    return redirect("runs:bundles")
