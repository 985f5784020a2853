from django.conf import settings
from django.db import migrations, models

_SQLITE_UPDATE = """
CREATE TRIGGER run_event_unchanged BEFORE UPDATE ON runs_runevent
BEGIN SELECT RAISE(ABORT, 'The log of a run is never changed.'); END
"""
_SQLITE_DELETE = """
CREATE TRIGGER run_event_kept BEFORE DELETE ON runs_runevent
WHEN NOT EXISTS (SELECT 1 FROM runs_runremoval WHERE run_id = OLD.run_id)
BEGIN SELECT RAISE(ABORT, 'The log of a run is deleted only together with the run.'); END
"""
_POSTGRESQL = """
CREATE FUNCTION run_event_unchanged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The log of a run is never changed.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION run_event_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM runs_runremoval WHERE run_id = OLD.run_id) THEN
    RAISE EXCEPTION 'The log of a run is deleted only together with the run.'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER run_event_unchanged BEFORE UPDATE ON runs_runevent
  FOR EACH ROW EXECUTE FUNCTION run_event_unchanged();
CREATE TRIGGER run_event_kept BEFORE DELETE ON runs_runevent
  FOR EACH ROW EXECUTE FUNCTION run_event_kept();
"""
_POSTGRESQL_BACK = """
DROP TRIGGER run_event_unchanged ON runs_runevent;
DROP TRIGGER run_event_kept ON runs_runevent;
DROP FUNCTION run_event_unchanged();
DROP FUNCTION run_event_kept();
"""


def guard(apps, schema_editor):
    """Let the database itself refuse to change the log, or to delete it other than with its run.

    SQLite drops a table's triggers when a later migration makes the table anew: run this again after it.
    """
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in [_POSTGRESQL] if is_postgresql else [_SQLITE_UPDATE, _SQLITE_DELETE]:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    backwards = ["DROP TRIGGER run_event_unchanged", "DROP TRIGGER run_event_kept"]
    for statement in [_POSTGRESQL_BACK] if is_postgresql else backwards:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0002_search"),
        ("runs", "0002_schedules_and_retries"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RunRemoval",
            fields=[
                ("run_id", models.UUIDField(primary_key=True, serialize=False)),
            ],
        ),
        migrations.AddField(
            model_name="run",
            name="request_digest",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="run",
            name="request_id",
            field=models.CharField(blank=True, db_default="", default="", max_length=255),
        ),
        migrations.AddField(
            model_name="run",
            name="semantics",
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("wake_at__isnull", False)), fields=["owner"], name="run_owner_unfinished"
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("recoveries__gte", 5)), fields=["-completed_at"], name="run_given_up"
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(
                condition=models.Q(("request_id__gt", "")),
                fields=("owner", "request_id"),
                name="run_request_once",
            ),
        ),
        migrations.RunPython(guard, unguard),
    ]
