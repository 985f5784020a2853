"""The full-text index of the library. Written by hand: Django has no words for it."""

from django.db import migrations

SQLITE = [
    """CREATE VIRTUAL TABLE flow_words USING fts5(
        title, keywords, description, content='library_flowtext', content_rowid='id',
        tokenize='unicode61 remove_diacritics 2', prefix='2 3')""",
    """CREATE TRIGGER flow_words_added AFTER INSERT ON library_flowtext BEGIN
        INSERT INTO flow_words(rowid, title, keywords, description)
        VALUES (new.id, new.title, new.keywords, new.description); END""",
    """CREATE TRIGGER flow_words_removed AFTER DELETE ON library_flowtext BEGIN
        INSERT INTO flow_words(flow_words, rowid, title, keywords, description)
        VALUES ('delete', old.id, old.title, old.keywords, old.description); END""",
    """CREATE TRIGGER flow_words_changed AFTER UPDATE ON library_flowtext BEGIN
        INSERT INTO flow_words(flow_words, rowid, title, keywords, description)
        VALUES ('delete', old.id, old.title, old.keywords, old.description);
        INSERT INTO flow_words(rowid, title, keywords, description)
        VALUES (new.id, new.title, new.keywords, new.description); END""",
]
POSTGRESQL = [
    """ALTER TABLE library_flowtext ADD COLUMN words tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', keywords), 'B')
        || setweight(to_tsvector('simple', description), 'C')) STORED""",
    "CREATE INDEX flow_words ON library_flowtext USING gin(words)",
]


def make_index(apps, schema_editor):
    statements = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("library", "0001_initial")]
    operations = [migrations.RunPython(make_index, migrations.RunPython.noop)]
