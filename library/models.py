"""Flows as they are published: metadata, versions, and who may do what."""

import uuid
from typing import Any

import orjson
from django.conf import settings
from django.db import models
from django.utils import timezone


class Flow(models.Model):
    """A published flow. What it does is in its current version; who may use it in its roles."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=128)
    subtitle = models.CharField(max_length=128, blank=True)
    description = models.TextField(max_length=4096, blank=True)
    keywords = models.JSONField(default=list)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="flows")
    creator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)
    is_listed = models.BooleanField(default=True)  # False: made by `run_flow`, in no list
    starter = models.CharField(max_length=64, blank=True)  # folder name of a shipped starter
    sample_input = models.JSONField(null=True)  # what "Use the sample" fills into the start form
    subscription_id = models.UUIDField(null=True)
    authentication_policy_id = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-updated_at", "id"], name="flow_newest"),
            models.Index(fields=["starter"], name="flow_starter", condition=models.Q(starter__gt="")),
        ]


class FlowVersion(models.Model):
    """What a flow did when it was published; never changed. Runs are pinned to one.

    source, schema_source   the texts exactly as the author wrote them
    """

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    source = models.TextField()
    schema_source = models.TextField(default="{}")
    states = models.PositiveIntegerField()
    message = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["flow", "number"], name="flow_version_number")]

    @property
    def definition(self) -> dict[str, Any]:
        return _read(self.source) or {}

    @property
    def input_schema(self) -> dict[str, Any]:
        return _read(self.schema_source) or {}

    @property
    def is_readable(self) -> bool:
        """Whether the stored texts are JSON objects; what another edition of the site stored may not be."""
        return None not in (_read(self.source), _read(self.schema_source))


def _read(text: str) -> dict[str, Any] | None:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


class FlowText(models.Model):
    """The words by which a flow is found. The database's own full-text index follows this table.

    A table of its own, with a numbered key: SQLite's index needs row numbers that stay.
    """

    flow = models.OneToOneField(Flow, on_delete=models.CASCADE, related_name="words")
    title = models.TextField()
    keywords = models.TextField()
    description = models.TextField()


class FlowRole(models.Model):
    """One entry of a role list. The owner is not in here: `Flow.owner` says it."""

    VIEWER, STARTER, ADMINISTRATOR = "flow_viewer", "flow_starter", "flow_administrator"
    RUN_MANAGER, RUN_MONITOR = "run_manager", "run_monitor"
    NAMES = [VIEWER, STARTER, ADMINISTRATOR, RUN_MANAGER, RUN_MONITOR]

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=20, choices=[(name, name) for name in NAMES])
    principal = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["flow", "role", "principal"], name="flow_role_once")]
        indexes = [models.Index(fields=["principal", "role"], name="flow_role_principal")]
