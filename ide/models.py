"""Drafts: what an author is typing, before it is published."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from library.models import Flow


class Draft(models.Model):
    """The text an author is working on: of a flow, or (flow is null) of one not yet published.

    base       number of the flow's version that the author began with; 0 without a flow
    revision   grows with each save: who saves over a revision not seen is told so
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    flow = models.ForeignKey(Flow, null=True, on_delete=models.CASCADE, related_name="drafts")
    title = models.CharField(max_length=128, blank=True)
    source = models.TextField(blank=True)
    schema_source = models.TextField(blank=True)
    base = models.PositiveIntegerField(default=0)
    revision = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "flow"], name="draft_once")]
        indexes = [models.Index(fields=["author", "-saved_at"], name="draft_newest")]
