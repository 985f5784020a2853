"""What runs are found by: a narrow row for each, kept by triggers, and values of its input and output."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

_SECONDS = {
    "sqlite": "(julianday({0}.completed_at) - julianday({0}.started_at)) * 86400.0",
    "postgresql": "extract(epoch FROM {0}.completed_at - {0}.started_at)",
}
_COLUMNS = "run_id, flow_id, owner_id, started_at, ended_at, seconds, status, label, tags, error, pending"
_VALUES = """{0}.id, {0}.flow_id, {0}.owner_id, {0}.started_at, {0}.completed_at, {seconds}, {status}, '', '', '', 1"""
_STATUS = """CASE
    WHEN {0}.status = 'SUCCEEDED' THEN 'succeeded'
    WHEN {0}.status = 'FAILED' AND {0}.cancel_requested THEN 'cancelled'
    WHEN {0}.status = 'FAILED' THEN 'failed'
    WHEN {0}.status = 'INACTIVE' OR {0}.blocking_web_input_id IS NOT NULL THEN 'needs-you'
    ELSE 'running' END"""
_WATCHED = ("status", "cancel_requested", "blocking_web_input_id", "completed_at", "label", "tags")
_TAKEN_UP = ("completed_at", "label", "tags")  # what the values, the label and the tags follow from
_SQLITE = [
    """CREATE TRIGGER run_facts_added AFTER INSERT ON runs_run BEGIN
    INSERT INTO runs_runfacts ({columns}) VALUES ({values}); END""",
    """CREATE TRIGGER run_facts_changed AFTER UPDATE OF {watched} ON runs_run WHEN {differs} BEGIN
    UPDATE runs_runfacts SET {changes} WHERE run_id = NEW.id; END""",
]
_POSTGRESQL = [
    """CREATE FUNCTION run_facts_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO runs_runfacts ({columns}) VALUES ({values}); RETURN NULL; END $$""",
    """CREATE FUNCTION run_facts_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE runs_runfacts SET {changes} WHERE run_id = NEW.id; RETURN NULL; END $$""",
    """CREATE TRIGGER run_facts_added AFTER INSERT ON runs_run
    FOR EACH ROW EXECUTE FUNCTION run_facts_added()""",
    """CREATE TRIGGER run_facts_changed AFTER UPDATE OF {watched} ON runs_run
    FOR EACH ROW WHEN ({differs}) EXECUTE FUNCTION run_facts_changed()""",
]


def values(vendor, row):
    seconds, status = _SECONDS[vendor].format(row), _STATUS.format(row)
    return _VALUES.format(row, seconds=seconds, status=status), seconds, status


def follow(apps, schema_editor):
    """Let the database keep the rows, whoever writes a run: also a process of the version before.

    SQLite drops a table's triggers when a later migration makes the table anew: run this again after it.
    """
    vendor = schema_editor.connection.vendor
    differ = {"sqlite": "OLD.{0} IS NOT NEW.{0}", "postgresql": "OLD.{0} IS DISTINCT FROM NEW.{0}"}[vendor]
    new, seconds, status = values(vendor, "NEW")
    is_pending = " OR ".join(differ.format(name) for name in _TAKEN_UP)
    words = {
        "columns": _COLUMNS,
        "values": new,
        "watched": ", ".join(_WATCHED),
        "differs": " OR ".join(differ.format(name) for name in _WATCHED),
        "changes": f"status = {status}, ended_at = NEW.completed_at, seconds = {seconds}, "
        f"pending = pending + CASE WHEN {is_pending} THEN 1 ELSE 0 END",
    }
    for statement in {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}[vendor]:
        schema_editor.execute(statement.format(**words), None)


def unfollow(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for name in ("run_facts_added", "run_facts_changed"):
        schema_editor.execute(f"DROP TRIGGER {name}" + (" ON runs_run" if is_postgresql else ""), None)
        if is_postgresql:
            schema_editor.execute(f"DROP FUNCTION {name}()", None)


def fill(apps, schema_editor):
    """A row for each run that is there. Its values are taken up by the sweeper: the site need not wait."""
    old, _, _ = values(schema_editor.connection.vendor, "runs_run")
    schema_editor.execute(
        f"INSERT INTO runs_runfacts ({_COLUMNS}) SELECT {old} FROM runs_run ORDER BY started_at, id", None
    )


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0002_search"),
        ("runs", "0004_presets_and_batches"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RunFacts",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("seconds", models.FloatField(null=True)),
                ("status", models.CharField(max_length=10)),
                ("label", models.TextField(default="")),
                ("tags", models.TextField(default="")),
                ("error", models.TextField(default="")),
                ("pending", models.PositiveIntegerField(default=1)),
                (
                    "flow",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="library.flow",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="facts", to="runs.run"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RunValue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", models.TextField()),
                ("value", models.TextField()),
                ("sides", models.PositiveSmallIntegerField()),
                (
                    "facts",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="values",
                        to="runs.runfacts",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RunView",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=64)),
                ("words", models.TextField()),
                ("order", models.CharField(blank=True, max_length=10)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="run_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="runfacts",
            index=models.Index(
                condition=models.Q(("pending__gt", 0)), fields=["number"], name="run_facts_pending"
            ),
        ),
        migrations.AddIndex(
            model_name="runvalue",
            index=models.Index(
                fields=["value", "path", "sides", "facts"],
                name="run_value",
                opclasses=["text_pattern_ops", "text_pattern_ops", "int2_ops", "int8_ops"],
            ),
        ),
        migrations.AddConstraint(
            model_name="runview",
            constraint=models.UniqueConstraint(fields=("owner", "name"), name="run_view_once"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(follow, unfollow),
    ]
