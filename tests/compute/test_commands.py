"""The commands that register functions and endpoints."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from providers.compute.models import Endpoint, Function
from tests.people import person

ID = "7d4e1f0a-9b1c-4a55-8f0e-3a5a3a1c9d10"
SOURCE = '''"""A module."""

LIMIT = 3


def check(path):
    """Look at a file.

    At length.
    """
    return LIMIT


async def later():
    pass


class Holder:
    def inner(self):
        pass
'''


def command(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "functions.py").write_text(SOURCE)
    return tmp_path / "functions.py"


def test_a_function_is_registered_with_the_whole_file(db, file):
    made = Function.objects.get(pk=command("register_function", f"{file}:check"))
    assert (made.name, made.source, made.description) == ("check", SOURCE, "Look at a file.")
    assert (made.owner.username, made.is_public) == ("admin", False)


def test_a_function_is_registered_as_somebodys_and_in_their_words(db, file):
    person("alice")
    words = ("--id", ID, "--owner", "alice", "--public", "--description", "Checks")
    assert command("register_function", f"{file}:check", *words) == ID
    made = Function.objects.get(pk=ID)
    assert (made.owner.username, made.is_public, made.description) == ("alice", True, "Checks")


def test_registering_again_replaces_ones_own_function_only(db, file):
    person("alice")
    command("register_function", f"{file}:check", "--id", ID)
    file.write_text(SOURCE.replace("3", "4"))
    assert command("register_function", f"{file}:check", "--id", ID) == ID
    assert "LIMIT = 4" in Function.objects.get(pk=ID).source
    with pytest.raises(CommandError, match="another user's function"):
        command("register_function", f"{file}:check", "--id", ID, "--owner", "alice")


@pytest.mark.parametrize(
    ("argument", "options", "words"),
    [
        ("{file}", (), "FILE.py:NAME"),
        (":check", (), "FILE.py:NAME"),
        ("{file}:", (), "not the name of a Python function"),
        ("{file}:no-name", (), '"no-name" is not the name'),
        ("{file}:class", (), "not the name"),
        ("{file}:missing", (), "It defines: check, later."),
        ("{file}:inner", (), 'no function "inner"'),
        ("{file}:LIMIT", (), 'no function "LIMIT"'),
        ("{file}:later", (), "async"),
        ("{folder}/none.py:check", (), "cannot be read: No such file"),
        ("{folder}:check", (), "Is a directory"),
        ("{file}:check", ("--id", "7"), '"7" is not a UUID'),
        ("{file}:check", ("--owner", "nobody"), 'no user "nobody"'),
    ],
)
def test_a_wrong_argument_is_named(db, file, argument, options, words):
    with pytest.raises(CommandError) as caught:
        command("register_function", argument.format(file=file, folder=file.parent), *options)
    assert words in str(caught.value)
    assert not Function.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"def check(:\n", "not valid Python: line 1"),
        (b"def check():\n  return 1\n return 2\n", "line 3"),
        (b"\xff\xfe", "not UTF-8 text (byte 0)"),
        (b"def check(): pass\0", "Python"),
        (b"x = " + b"(" * 5000 + b"1" + b")" * 5000, "Python"),
        (b"#" * 300_000, "204,800 bytes"),
        (b"", "It defines: none."),
    ],
)
def test_a_file_that_holds_no_such_python_is_refused(db, file, content, words):
    file.write_bytes(content)
    with pytest.raises(CommandError) as caught:
        command("register_function", f"{file}:check")
    assert words in str(caught.value)


def test_an_endpoint_is_added_once(db):
    assert command("add_endpoint", "cluster", "--id", ID) == ID
    assert command("add_endpoint", "cluster") == ID
    assert Endpoint.objects.get().name == "cluster"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("taken", "--id", "11111111-2222-4333-8444-555555555555"), "already; its id is"),
        (("other", "--id", ID), "by another name"),
        (("other", "--id", "x"), "not a UUID"),
        ((" ",), "1 to 128"),
        (("a" * 129,), "1 to 128"),
        (("a\nb",), "printable"),
    ],
)
def test_a_wrong_endpoint_is_refused(db, arguments, words):
    command("add_endpoint", "taken", "--id", ID)
    with pytest.raises(CommandError) as caught:
        command("add_endpoint", *arguments)
    assert words in str(caught.value)


def test_a_worker_needs_an_endpoint(db):
    command("add_endpoint", "cluster")
    with pytest.raises(CommandError, match='There are: "cluster"'):
        command("endpoint_worker", "clutser")
