"""Functions and the endpoints that run them."""

import uuid
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AWAY_AFTER = timedelta(seconds=45)


def queue_of(endpoint_id: uuid.UUID) -> str:
    return f"endpoint-{endpoint_id}"


class Function(models.Model):
    """A Python function, as the source text of its module; run only in the sandbox."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=128)
    source = models.TextField()
    description = models.TextField(blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="functions")
    is_public = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["name", "id"], name="function_by_name")]


class Endpoint(models.Model):
    """A place where functions run: a Celery queue and the workers that read it.

    isolation       the level that its worker found (see levels.py); "" before the first worker
    isolation_note  why it is not full, or why functions are refused
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=128, unique=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    is_public = models.BooleanField(default=True)
    seen_at = models.DateTimeField(null=True)
    isolation = models.CharField(max_length=64, blank=True)
    isolation_note = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    @property
    def queue(self) -> str:
        return queue_of(self.pk)

    def is_alive(self, now: datetime) -> bool:
        return self.seen_at is not None and now - self.seen_at < AWAY_AFTER


class FunctionCall(models.Model):
    """One task of a compute action, and its result.

    arguments, result   JSON as text: {"args": [...], "kwargs": {...}}; what the function returned
    error               JSON as text: {"code", "description", "exception", "stdout", "stderr"}
    lease_*             who carries it out; a poll of the action hints again when the lease has run out
    """

    PENDING, RUNNING, SUCCEEDED, FAILED = "pending", "running", "succeeded", "failed"
    TERMINAL = frozenset({SUCCEEDED, FAILED})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    action = models.ForeignKey("providers.Action", on_delete=models.CASCADE, related_name="function_calls")
    position = models.PositiveIntegerField()
    function = models.ForeignKey(Function, on_delete=models.PROTECT)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT)
    arguments = models.TextField()
    status = models.CharField(max_length=10, default=PENDING)
    result = models.TextField(blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    hinted_at = models.DateTimeField(default=EPOCH)
    lease_token = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(default=EPOCH)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action", "position"], name="function_call_once")]
        indexes = [models.Index(fields=["function", "-created_at"], name="function_calls_newest")]
