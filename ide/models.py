"""Drafts: what an author is typing, before it is published."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from library.models import Flow


class Draft(models.Model):
    """The text an author is working on: of a flow, or (flow is null) of one not yet published."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    flow = models.ForeignKey(Flow, null=True, on_delete=models.CASCADE, related_name="drafts")
    source = models.TextField(blank=True)
    schema_source = models.TextField(blank=True)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "flow"], name="draft_once")]
