import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchIndex",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("display_name", models.CharField(max_length=128)),
                ("description", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="indexes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64)),
                ("subject", models.CharField(max_length=1024)),
                ("entry_id", models.CharField(blank=True, max_length=255)),
                ("content", models.JSONField()),
                ("text", models.TextField()),
                ("creator", models.CharField(max_length=80)),
                ("ingested_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "index",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entries",
                        to="search.searchindex",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EntryReader",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("principal", models.CharField(max_length=80)),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="readers", to="search.entry"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["principal", "entry"], name="entry_reader_principal")],
                "constraints": [
                    models.UniqueConstraint(fields=("entry", "principal"), name="entry_reader_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="IndexRole",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("role", models.CharField(default="writer", max_length=10)),
                ("principal", models.CharField(max_length=80)),
                (
                    "index",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="roles",
                        to="search.searchindex",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("index", "role", "principal"), name="index_role_once")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["index", "-ingested_at", "id"], name="entry_newest"),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(fields=("index", "key"), name="entry_once"),
        ),
    ]
