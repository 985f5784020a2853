from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ide", "0003_drafts_are_shared")]

    operations = [
        migrations.RemoveConstraint(model_name="draft", name="draft_once"),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.UniqueConstraint(fields=("flow",), name="draft_of_flow"),
        ),
    ]
