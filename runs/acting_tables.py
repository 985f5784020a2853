"""What people do with runs beside running them: waiting for their end, and opening those of elsewhere."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class RunFollower(models.Model):
    """Somebody who wants a mail when a run ends; the row goes when they get it."""

    run = models.ForeignKey("runs.Run", on_delete=models.CASCADE, related_name="followers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "user"], name="run_follower_once")]


class RunBundle(models.Model):
    """A run that ran elsewhere, to look at: it came as a file.

    checksum   SHA-256 of the file's manifest
    about      what the file says of the run: where it ran, as which, started by whom
    """

    run = models.OneToOneField("runs.Run", on_delete=models.CASCADE, primary_key=True, related_name="bundle")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bundles")
    opened_at = models.DateTimeField(default=timezone.now)
    name = models.CharField(max_length=200)
    checksum = models.CharField(max_length=64)
    about = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["opened_by", "checksum"], name="bundle_opened_once")]
