"""A flow has one draft, which its administrators share. Of several the last saved stays; the others become drafts
of their authors' own, beside the flow: none is lost."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

MOST_TITLE = 128


def part(apps, schema_editor):
    drafts = apps.get_model("ide", "Draft").objects
    drafts.update(saved_by=models.F("author"))
    kept = set()
    for draft in drafts.exclude(flow=None).select_related("flow").order_by("-saved_at", "pk"):
        if draft.flow_id not in kept:
            kept.add(draft.flow_id)
            continue
        title = f"Draft of {draft.flow.title}"[:MOST_TITLE]
        drafts.filter(pk=draft.pk).update(flow=None, base=0, title=title)


class Migration(migrations.Migration):
    dependencies = [
        ("ide", "0002_scenarios_and_presence"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="saved_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(part, migrations.RunPython.noop),
    ]
