"""Indexes and the documents that flows ingest into them."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class SearchIndex(models.Model):
    """A named set of documents that people search and flows fill."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    display_name = models.CharField(max_length=128)
    description = models.TextField(blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="indexes")
    created_at = models.DateTimeField(default=timezone.now)


class Entry(models.Model):
    """One document: `content` about `subject`, visible to the named principals."""

    index = models.ForeignKey(SearchIndex, on_delete=models.CASCADE, related_name="entries")
    subject = models.CharField(max_length=1024)
    entry_id = models.CharField(max_length=255, blank=True)
    content = models.JSONField()
    text = models.TextField()  # all words of subject and content, for full-text search
    visible_to = models.JSONField(default=list)
    creator = models.CharField(max_length=80)
    ingested_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["index", "subject", "entry_id"], name="entry_once")]
