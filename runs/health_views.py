"""`/healthz`: this process answers. `/readyz`: the site carries runs on, part by part."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runs import health


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"ok": True})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    is_ready, parts = health.report()
    return JsonResponse({"ready": is_ready, "parts": parts}, status=200 if is_ready else 503)
