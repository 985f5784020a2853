"""Actions: one call of one of our own providers."""

import uuid
from datetime import UTC, datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Action(models.Model):
    """One action. `request_id` makes it safe to ask twice: the same caller and id is the same action.

    body, details   JSON as text
    lease_*         who carries out an asynchronous action; a poll hints again when the lease has run out
    """

    ACTIVE, INACTIVE, SUCCEEDED, FAILED = "ACTIVE", "INACTIVE", "SUCCEEDED", "FAILED"
    TERMINAL = frozenset({SUCCEEDED, FAILED})
    UNFINISHED = (ACTIVE, INACTIVE)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.CharField(max_length=80)  # e.g. "transfer/ls"
    creator = models.CharField(max_length=80)  # principal URN
    request_id = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)  # of the body: same id with another body is refused
    body = models.TextField()
    label = models.CharField(max_length=64, blank=True)
    monitor_by = models.JSONField(default=list)
    manage_by = models.JSONField(default=list)
    status = models.CharField(max_length=10, default=ACTIVE)
    display_status = models.CharField(max_length=64, default="ACTIVE")
    details = models.TextField(default="{}")
    started_at = models.DateTimeField(default=timezone.now)
    completed_at = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)
    lease_token = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(default=EPOCH)
    released_at = models.DateTimeField(null=True)  # forgotten by its caller; the request id stays used

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creator", "provider", "request_id"], name="action_request_once")
        ]


class Consent(models.Model):
    """What a person has said about a scope: that actions may use it in their name, or not any more."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents")
    scope = models.CharField(max_length=500)
    is_given = models.BooleanField()
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "scope"], name="consent_once")]
