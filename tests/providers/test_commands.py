"""add_collection and add_index."""

from __future__ import annotations

import io
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from providers.search.models import SearchIndex
from providers.transfer.access import collection_for
from providers.transfer.models import Collection
from tests.people import person
from wire.models import User
from wire.principals import Caller


def _called(*arguments: str) -> str:
    output = io.StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue().strip()


def test_add_collection_prints_the_id_only(db: None, tmp_path: Path) -> None:
    id = _called("add_collection", "Demo data", str(tmp_path))
    made = Collection.objects.get(pk=id)
    assert (made.display_name, made.root) == ("Demo data", str(tmp_path.resolve()))
    assert made.owner == User.objects.get(username="admin", is_superuser=True)


def test_add_collection_takes_an_id_and_an_owner(bob: Caller, tmp_path: Path) -> None:
    id = str(uuid4())
    assert _called("add_collection", "Demo", str(tmp_path), "--id", id, "--owner", "bob") == id
    assert collection_for(bob, id, write=True).owner == person("bob")


def test_a_public_collection_is_for_all_who_are_signed_in(mallory: Caller, tmp_path: Path) -> None:
    id = _called("add_collection", "Demo", str(tmp_path), "--public")
    assert str(collection_for(mallory, id, write=True).pk) == id


@pytest.mark.parametrize(
    ("root", "more", "words"),
    [
        ("{tmp}/nope", [], "does not exist"),
        ("{tmp}/file", [], "is not a folder"),
        ("s3://bucket/x", [], "only local folders"),
        ("", [], "Name a folder"),
        ("/", [], "the site's own files"),
        ("{tmp}", ["--id", "7"], "not a UUID"),
        ("{tmp}", ["--owner", "nobody"], 'no user "nobody"'),
    ],
)
def test_add_collection_says_what_is_wrong(
    db: None, tmp_path: Path, root: str, more: list, words: str
) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(CommandError, match=words):
        _called("add_collection", "Demo", root.format(tmp=tmp_path), *more)
    assert not Collection.objects.exists()


def test_an_id_is_used_once(db: None, tmp_path: Path) -> None:
    id = _called("add_collection", "Demo", str(tmp_path))
    with pytest.raises(CommandError, match="already"):
        _called("add_collection", "Demo", str(tmp_path), "--id", id)


def test_add_index_takes_the_id_that_a_definition_names(db: None) -> None:
    id = "15e0a3f0-9642-482b-8e8c-af2035a85665"
    assert _called("add_index", "Demo", "--id", id) == id
    assert SearchIndex.objects.get(pk=id).display_name == "Demo"
    for arguments, words in (
        (["Demo", "--id", id], "already"),
        (["Demo", "--id", "x"], "not a UUID"),
        (["Demo", "--owner", "nobody"], "no user"),
        ([" "], "1 to 128"),
    ):
        with pytest.raises(CommandError, match=words):
            _called("add_index", *arguments)
