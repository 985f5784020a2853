"""Functions and the endpoints that run them."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class Function(models.Model):
    """A Python function, as source text; run only in the sandbox."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=128)
    source = models.TextField()
    description = models.TextField(blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="functions")
    is_public = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)


class Endpoint(models.Model):
    """A place where functions run: a Celery queue and the workers that read it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=128, unique=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    is_public = models.BooleanField(default=True)
    seen_at = models.DateTimeField(null=True)
    isolation = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)


class FunctionCall(models.Model):
    """One task of a compute action, and its result."""

    PENDING, RUNNING, SUCCEEDED, FAILED = "pending", "running", "succeeded", "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    action = models.ForeignKey("providers.Action", on_delete=models.CASCADE, related_name="function_calls")
    position = models.PositiveIntegerField()
    function = models.ForeignKey(Function, on_delete=models.PROTECT)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT)
    arguments = models.TextField()  # JSON {"args": [...], "kwargs": {...}}
    status = models.CharField(max_length=10, default=PENDING)
    result = models.TextField(blank=True)  # JSON
    error = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action", "position"], name="function_call_once")]
