"""What runs are found by: one narrow row for each, and the values that its input and output hold."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class RunFacts(models.Model):
    """What a run is found by, apart from its values. A list of 100,000 is read through without its data.

    number      in the order in which runs were started
    status      as pages name it: running, needs-you, succeeded, failed or cancelled
    seconds     how long it took; null until it has ended
    label, tags, error   folded; each tag stands between two tabs
    pending     grows with each change that `keeping` has not taken up yet

    Triggers of the database write the row together with that of the run (migration 0005); label, tags, error
    and the values follow a moment later.
    """

    number = models.BigAutoField(primary_key=True)
    run = models.OneToOneField("runs.Run", on_delete=models.CASCADE, related_name="facts")
    flow = models.ForeignKey(
        "library.Flow", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True)
    status = models.CharField(max_length=10)
    label = models.TextField(default="")
    tags = models.TextField(default="")
    error = models.TextField(default="")
    pending = models.PositiveIntegerField(default=1)

    class Meta:
        app_label = "runs"
        indexes: ClassVar = [
            models.Index(fields=["number"], name="run_facts_pending", condition=models.Q(pending__gt=0))
        ]


class RunValue(models.Model):
    """A value that the input or the output of a run holds.

    path     names joined by dots; the items of a list have the list's own
    value    folded and cut, so that it can be looked up
    sides    INPUT, OUTPUT, or both
    """

    INPUT, OUTPUT, BOTH = 1, 2, 3

    facts = models.ForeignKey(RunFacts, on_delete=models.CASCADE, related_name="values", db_constraint=False)
    path = models.TextField()
    value = models.TextField()
    sides = models.PositiveSmallIntegerField()

    class Meta:
        app_label = "runs"
        indexes: ClassVar = [
            models.Index(
                fields=["value", "path", "sides", "facts"],
                name="run_value",
                opclasses=["text_pattern_ops", "text_pattern_ops", "int2_ops", "int8_ops"],
            )
        ]


class RunView(models.Model):
    """A search for runs that somebody has given a name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="run_views")
    name = models.CharField(max_length=64)
    words = models.TextField()
    order = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "runs"
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner", "name"], name="run_view_once")]
