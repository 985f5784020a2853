"""manage.py import_flow"""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from library.models import Flow
from library.publish import current_version
from tests.people import person

pytestmark = pytest.mark.django_db
GOOD = '{\n "StartAt": "A",\n "States": {"A": {"Type": "Pass",  "End": true}}\n}\n'


@pytest.fixture
def file(tmp_path):
    def write(text: str | bytes, name: str = "flow.json") -> str:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


def test_prints_the_id_and_keeps_the_text_byte_for_byte(file, capsys):
    schema = '{ "type":"object" }\n'
    call_command("import_flow", file(GOOD), "--schema", file(schema, "s.json"), "--title", "Copy")
    flow = Flow.objects.get(pk=capsys.readouterr().out.strip())
    assert (flow.title, flow.owner.username) == ("Copy", "admin")
    assert (current_version(flow).source, current_version(flow).schema_source) == (GOOD, schema)


def test_the_owner_may_be_named(file, capsys):
    person("bob")
    call_command("import_flow", file(GOOD), "--title", "Copy", "--owner", "bob")
    assert Flow.objects.get().owner.username == "bob"


def test_errors_are_listed_as_a_compiler_does(file, capsys):
    path = file('{\n "StartAt": "A",\n "States": {"A": {"Type": "Pass", "Next": "B"}}\n}')
    with pytest.raises(SystemExit) as stopped:
        call_command("import_flow", path, "--title", "x")
    told = capsys.readouterr()
    assert (stopped.value.code, told.out) == (1, "")
    assert told.err.startswith(f"{path}:3:") and 'State "A": Next names "B"' in told.err
    assert not Flow.objects.exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"StartAt": "A", "StartAt": "B"}', "\ufeff{}", "[" * 5000])
def test_what_is_no_definition_is_listed_too(file, capsys, text):
    with pytest.raises(SystemExit) as stopped:
        call_command("import_flow", file(text), "--title", "x")
    assert stopped.value.code == 1
    assert "flow.json:1:" in capsys.readouterr().err


def test_errors_of_the_schema_name_its_file(file, capsys):
    with pytest.raises(SystemExit):
        call_command("import_flow", file(GOOD), "--schema", file('{"type": 3}', "s.json"), "--title", "x")
    assert "s.json:1:" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_what_cannot_be_read_ends_in_2(name):
    with pytest.raises(CommandError) as failed:
        call_command("import_flow", name, "--title", "x")
    assert failed.value.returncode == 2


def test_bytes_that_are_no_text_end_in_2(file):
    with pytest.raises(CommandError, match="not UTF-8") as failed:
        call_command("import_flow", file(b"\xff\xfe{"), "--title", "x")
    assert failed.value.returncode == 2


@pytest.mark.parametrize(("title", "owner"), [(" ", "bob"), ("x" * 129, "bob"), ("x", "nobody")])
def test_a_wrong_title_or_owner_is_a_clear_error(file, title, owner):
    person("bob")
    with pytest.raises(CommandError, match=r"--(title|owner)"):
        call_command("import_flow", file(GOOD), "--title", title, "--owner", owner)
