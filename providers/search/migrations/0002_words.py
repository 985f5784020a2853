"""The full-text index of the entries. Written by hand: Django has no words for it."""

from django.db import migrations

SQLITE = [
    """CREATE VIRTUAL TABLE entry_words USING fts5(
        text, content='search_entry', content_rowid='id', tokenize='unicode61 remove_diacritics 2')""",
    """CREATE TRIGGER entry_words_added AFTER INSERT ON search_entry BEGIN
        INSERT INTO entry_words(rowid, text) VALUES (new.id, new.text); END""",
    """CREATE TRIGGER entry_words_removed AFTER DELETE ON search_entry BEGIN
        INSERT INTO entry_words(entry_words, rowid, text) VALUES ('delete', old.id, old.text); END""",
    """CREATE TRIGGER entry_words_changed AFTER UPDATE OF text ON search_entry BEGIN
        INSERT INTO entry_words(entry_words, rowid, text) VALUES ('delete', old.id, old.text);
        INSERT INTO entry_words(rowid, text) VALUES (new.id, new.text); END""",
]
POSTGRESQL = [
    """ALTER TABLE search_entry ADD COLUMN words tsvector
        GENERATED ALWAYS AS (to_tsvector('simple', text)) STORED""",
    "CREATE INDEX entry_words ON search_entry USING gin(words)",
]


def make_index(apps, schema_editor):
    statements = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]
    operations = [migrations.RunPython(make_index, migrations.RunPython.noop)]
