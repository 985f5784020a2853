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


class IndexRole(models.Model):
    """Who else may ingest into an index. Its owner may; who sees a document is said with each document."""

    WRITER = "writer"

    index = models.ForeignKey(SearchIndex, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=10, default=WRITER)
    principal = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["index", "role", "principal"], name="index_role_once")]


class Entry(models.Model):
    """One document: `content` about `subject`.

    key     a digest of subject and entry_id: what makes an entry the same one
    text    all words of subject and content; the full-text index follows it (migration 0002)
    """

    index = models.ForeignKey(SearchIndex, on_delete=models.CASCADE, related_name="entries")
    key = models.CharField(max_length=64)
    subject = models.CharField(max_length=1024)
    entry_id = models.CharField(max_length=255, blank=True)
    content = models.JSONField()
    text = models.TextField()
    creator = models.CharField(max_length=80)
    ingested_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["index", "key"], name="entry_once")]
        indexes = [models.Index(fields=["index", "-ingested_at", "id"], name="entry_newest")]


class EntryReader(models.Model):
    """A principal who may see an entry: one row for each name in its `visible_to`."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="readers")
    principal = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "principal"], name="entry_reader_once")]
        indexes = [models.Index(fields=["principal", "entry"], name="entry_reader_principal")]
