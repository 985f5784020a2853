"""Runs: where each one stands, what happened in it, and who may see it."""

import json
import uuid
from datetime import UTC, datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

from library.models import Flow, FlowVersion
from runs.acting_tables import RunBundle, RunFollower  # noqa: F401  (Django looks for tables here)
from runs.finding.tables import RunFacts, RunValue, RunView  # noqa: F401  (Django looks for tables here)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SEMANTICS = 1  # the edition of the language's rules that this code goes by; a change of meaning is a new one


class Run(models.Model):
    """One execution of a flow version. The row is the truth: cursor, intent, due time, lease.

    data, intent, context, input   JSON as text: written once a transaction, never queried by the engine
    wake_at       when there is something to do; null when the run has ended; in the past while it is held
    hint_at       before it, the sweeper does not hint at the run (again)
    lease_owner   who holds the run; still there after the lease has run out: it was lost, not given back
    lease_token   the fencing token: grows with every claim; writes are conditional on it
    recoveries    leases lost since the run last came on
    attempts      tries of the present intent that came to nothing
    nudges        grows when somebody wants the run looked at; whoever holds it then does not let it rest
    request_id    what the client calls its request to start; the same one does not start a second run
    semantics     the edition of the language's rules by which the run goes; a worker that does not know it
                  leaves the run alone
    """

    ACTIVE, INACTIVE, SUCCEEDED, FAILED = "ACTIVE", "INACTIVE", "SUCCEEDED", "FAILED"
    TERMINAL = frozenset({SUCCEEDED, FAILED})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, related_name="runs")
    version = models.ForeignKey(FlowVersion, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="runs")
    label = models.CharField(max_length=64, blank=True)
    tags = models.JSONField(default=list)
    notify_on = models.JSONField(default=list)
    status = models.CharField(max_length=10, default=ACTIVE)
    started_at = models.DateTimeField(default=timezone.now)
    completed_at = models.DateTimeField(null=True)
    input = models.TextField(default="{}")
    context = models.TextField(default="{}")

    state = models.CharField(max_length=255, blank=True)
    visit = models.PositiveIntegerField(default=0)
    data = models.TextField(default="{}")
    intent = models.TextField(blank=True)
    last_seq = models.PositiveIntegerField(default=0)
    last_event_at = models.DateTimeField(default=EPOCH)
    wake_at = models.DateTimeField(null=True)
    hint_at = models.DateTimeField(default=EPOCH)
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_token = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(default=EPOCH)
    recoveries = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    nudges = models.PositiveIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    resume_requested = models.BooleanField(default=False)
    blocking_web_input_id = models.UUIDField(null=True)
    # The database's own defaults: a web process of the version before goes on inserting rows without these.
    request_id = models.CharField(max_length=255, blank=True, default="", db_default="")
    request_digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    semantics = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "request_id"], name="run_request_once", condition=models.Q(request_id__gt="")
            )
        ]
        indexes = [
            models.Index(fields=["wake_at"], name="run_due", condition=models.Q(wake_at__isnull=False)),
            models.Index(
                fields=["owner"], name="run_owner_unfinished", condition=models.Q(wake_at__isnull=False)
            ),
            models.Index(
                fields=["-completed_at"], name="run_given_up", condition=models.Q(recoveries__gte=5)
            ),
            models.Index(fields=["-started_at", "id"], name="run_newest"),
            models.Index(fields=["owner", "-started_at"], name="run_owner_newest"),
            models.Index(fields=["flow", "-started_at"], name="run_flow_newest"),
        ]


class RunEvent(models.Model):
    """One thing that happened; numbered 1..n within its run. Only the engine inserts, nobody changes."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveIntegerField()
    time = models.DateTimeField()
    code = models.CharField(max_length=64)
    description = models.TextField()
    details = models.TextField()  # JSON, secrets already left out

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "seq"], name="run_event_number")]


class RunRemoval(models.Model):
    """Leave to delete the events of a run, for as long as one transaction: a trigger refuses it otherwise."""

    run_id = models.UUIDField(primary_key=True)


class RunRole(models.Model):
    """A manager or monitor of one run. Its owner is `Run.owner`."""

    MANAGER, MONITOR = "run_manager", "run_monitor"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=20)
    principal = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "role", "principal"], name="run_role_once")]
        indexes = [models.Index(fields=["principal", "role"], name="run_role_principal")]


class WebInput(models.Model):
    """A question that a run asks people (CreateWebInput), and its answer."""

    OPEN, CLOSED = "open", "closed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="web_inputs")
    visit = models.PositiveIntegerField()
    status = models.CharField(max_length=6, default=OPEN)
    context = models.JSONField()
    options = models.JSONField()  # [{"option_id", "value", "label", "description"}]
    answer = models.JSONField(null=True)
    answered_by = models.CharField(max_length=80, blank=True)
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "visit"], name="web_input_once")]
        indexes = [
            models.Index(fields=["created_at"], name="web_input_open", condition=models.Q(status="open"))
        ]

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Return field and value of each row of its table; a value that is no text as JSON."""
        told = ((row["field"], row["value"]) for row in self.context.get("rows", ()))
        return [
            (field, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
            for field, value in told
        ]


class WebInputRole(models.Model):
    """Who may answer one web input, or only see it."""

    RESPONDENT, VIEWER = "respondent", "viewer"

    web_input = models.ForeignKey(WebInput, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=10)
    principal = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["web_input", "role", "principal"], name="web_input_role_once")
        ]
        indexes = [models.Index(fields=["principal", "role"], name="web_input_role_principal")]


class RunRetry(models.Model):
    """Where a retried run comes from: what it did not do again are the first events of `original`.

    events_before   how many of them
    state           where the retried run began
    """

    run = models.OneToOneField(Run, on_delete=models.CASCADE, primary_key=True, related_name="retry")
    original = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="retries")
    events_before = models.PositiveIntegerField()
    state = models.CharField(max_length=255)


class RunSchedule(models.Model):
    """When a flow is to be started, and with what. The sweeper starts what is due.

    start_at     once: when; interval: the first time; cron: nothing before it
    next_at      when it is due; null while it is paused and when it has ended
    paused_at    since when it is paused; `reason` says why, unless a person did it
    reason       also why the last start was put off
    edited_at    changes whenever a person changes the row: what was read before is not started after
    """

    ONCE, INTERVAL, CRON = "once", "interval", "cron"
    ACTIVE, PAUSED, ENDED = "ACTIVE", "PAUSED", "ENDED"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, related_name="schedules")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="schedules")
    input = models.TextField(default="{}")
    label = models.CharField(max_length=64, blank=True)
    tags = models.JSONField(default=list)
    notify_on = models.JSONField(default=list)
    managers = models.JSONField(default=list)
    monitors = models.JSONField(default=list)

    kind = models.CharField(max_length=8, choices=[(name, name) for name in (ONCE, INTERVAL, CRON)])
    zone = models.CharField(max_length=64, default="UTC")
    start_at = models.DateTimeField()
    interval_seconds = models.PositiveIntegerField(default=0)
    cron = models.CharField(max_length=100, blank=True)
    end_at = models.DateTimeField(null=True)
    most_runs = models.PositiveIntegerField(null=True)

    next_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    runs_started = models.PositiveIntegerField(default=0)
    last_run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], name="schedule_due", condition=models.Q(next_at__isnull=False)),
            models.Index(fields=["owner", "-created_at"], name="schedule_owner_newest"),
        ]

    @property
    def status(self) -> str:
        if self.paused_at is not None:
            return self.PAUSED
        return self.ENDED if self.next_at is None else self.ACTIVE


class ScheduledRun(models.Model):
    """A run that a schedule has started, and the instant at which it was due."""

    schedule = models.ForeignKey(RunSchedule, on_delete=models.CASCADE, related_name="started")
    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="scheduled")
    due_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "due_at"], name="scheduled_run_once")]


class RunAgain(models.Model):
    """A run that began as another one's input, changed or not."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, primary_key=True, related_name="again")
    earlier = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="runs_again")


class Preset(models.Model):
    """An input of a flow that somebody has given a name; shared: for all who may start the flow.

    input    JSON as text, without secrets
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="presets")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="presets")
    name = models.CharField(max_length=64)
    is_shared = models.BooleanField(default=False)
    input = models.TextField(default="{}")
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["flow", "owner", "name"], name="preset_mine_once", condition=models.Q(is_shared=False)
            ),
            models.UniqueConstraint(
                fields=["flow", "name"], name="preset_shared_once", condition=models.Q(is_shared=True)
            ),
        ]


class Batch(models.Model):
    """Many runs of a flow, one for each row of a table.

    request_id   what the page calls its request: the same one again is the same batch
    notify_on, managers, monitors, tags   for each of its runs
    next_at      when rows are to be started that wait; null when none does
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, related_name="batches")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="batches")
    request_id = models.CharField(max_length=255)
    label = models.CharField(max_length=64, blank=True)
    tags = models.JSONField(default=list)
    notify_on = models.JSONField(default=list)
    managers = models.JSONField(default=list)
    monitors = models.JSONField(default=list)
    next_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "request_id"], name="batch_request_once")]
        indexes = [
            models.Index(fields=["next_at"], name="batch_due", condition=models.Q(next_at__isnull=False)),
            models.Index(fields=["owner", "-created_at"], name="batch_owner_newest"),
        ]


class BatchRow(models.Model):
    """One row of a batch and the run that it has become.

    number    as people count: the first row is 1
    problem   why no run was started; with neither run nor problem the row waits for its turn
    tries     how often it was started again after its run had failed; `earlier` is the run before
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=64, blank=True)
    input = models.TextField(default="{}")
    run = models.OneToOneField(Run, on_delete=models.SET_NULL, null=True, related_name="batch_row")
    earlier = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=500, blank=True)
    is_started = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="batch_row_number")]


class Heartbeat(models.Model):
    """When a part of the site last showed that it is alive, e.g. "sweeper"."""

    name = models.CharField(max_length=80, primary_key=True)
    seen_at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)
