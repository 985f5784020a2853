"""Drafts: what an author is typing, before it is published."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from library.models import Flow


class Draft(models.Model):
    """A text that is being worked on: of a flow, by all its administrators, or (flow is null) of one's own.

    author     who began it
    saved_by   who saved it last
    base       number of the flow's version that it began with; 0 without a flow
    revision   grows with each save: who saves over a revision not seen is told so
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    flow = models.ForeignKey(Flow, null=True, on_delete=models.CASCADE, related_name="drafts")
    title = models.CharField(max_length=128, blank=True)
    source = models.TextField(blank=True)
    schema_source = models.TextField(blank=True)
    base = models.PositiveIntegerField(default=0)
    revision = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["flow"], name="draft_of_flow")]
        indexes = [models.Index(fields=["author", "-saved_at"], name="draft_newest")]


class Scenario(models.Model):
    """A dry run that is kept with a flow, or with a draft of none: each new version must still go this way.

    input      JSON text
    stand_ins  JSON text: what comes of each state that asks somebody, as `ide.stand_ins.typed` reads it
    path       the names of the states in the order in which they were visited
    status     how it ended
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    flow = models.ForeignKey(Flow, null=True, on_delete=models.CASCADE, related_name="scenarios")
    draft = models.ForeignKey(Draft, null=True, on_delete=models.CASCADE, related_name="scenarios")
    name = models.CharField(max_length=128)
    input = models.TextField(default="{}")
    stand_ins = models.TextField(default="{}")
    path = models.JSONField(default=list)
    status = models.CharField(max_length=10)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["flow", "name"], name="scenario_of_flow"),
            models.UniqueConstraint(fields=["draft", "name"], name="scenario_of_draft"),
        ]


class Presence(models.Model):
    """Somebody has the editor of a flow open, in one window.

    state   where the cursor is
    """

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    window = models.CharField(max_length=36)
    state = models.CharField(max_length=255, blank=True)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["flow", "author", "window"], name="presence_once")]
