"""What a release in the middle of a run may bring: a column and an index more."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("runs", "0001_initial")]

    operations = [
        migrations.RunSQL("ALTER TABLE runs_run ADD COLUMN faults_extra integer DEFAULT 0"),
        migrations.RunSQL("CREATE INDEX faults_extra_index ON runs_run (faults_extra)"),
        migrations.RunSQL("CREATE TABLE faults_extra_note (id integer PRIMARY KEY, run_id char(36))"),
        migrations.RunSQL("INSERT INTO faults_extra_note VALUES (1, 'x')"),
        migrations.RunSQL("UPDATE runs_run SET faults_extra = 1"),
    ]
