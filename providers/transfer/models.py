"""Collections: folders that files are moved between."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class Collection(models.Model):
    """A named place for files. `root` is a local folder (or, later, an fsspec URL)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    display_name = models.CharField(max_length=128)
    description = models.TextField(blank=True)
    root = models.CharField(max_length=1024)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="collections")
    created_at = models.DateTimeField(default=timezone.now)


class CollectionRole(models.Model):
    """Who else may read, or read and write, a collection. Its owner may do both."""

    READER, WRITER = "reader", "writer"

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=10)
    principal = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collection", "role", "principal"], name="collection_role_once")
        ]
        indexes = [models.Index(fields=["principal", "role"], name="collection_role_principal")]


class Mark(models.Model):
    """One thing that a transfer or delete action has done, so that it is not done again after a crash.

    path    at the destination, or of what is deleted; a deletion is marked before it begins
    """

    action = models.ForeignKey("providers.Action", on_delete=models.CASCADE, related_name="marks")
    path = models.TextField()
    bytes = models.BigIntegerField(default=0)
