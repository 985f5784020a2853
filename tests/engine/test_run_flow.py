"""`manage.py run_flow`: a flow from files, in the foreground."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from library.models import Flow
from runs import engine, foreground
from runs.models import Run
from tests.engine.conftest import action
from wire.models import User

PASS = {"Type": "Pass", "End": True}


@pytest.fixture
def files(tmp_path: Path):
    """Write files and return the command's arguments."""

    def write(definition: Any, input: Any, schema: Any = None) -> list[str]:
        contents = {"flow.json": definition, "input.json": input, "schema.json": schema}
        for name, content in contents.items():
            text = content if isinstance(content, str) else json.dumps(content)
            (tmp_path / name).write_text(text)
        words = [str(tmp_path / "flow.json"), "--input", str(tmp_path / "input.json")]
        return words if schema is None else [*words, "--schema", str(tmp_path / "schema.json")]

    return write


def run_flow(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Return exit code, output and errors."""
    with pytest.raises(SystemExit) as ended:
        call_command("run_flow", *words)
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def flow(*states: dict[str, Any]) -> dict[str, Any]:
    names = [chr(ord("A") + number) for number in range(len(states))]
    chained = {
        name: {key: value for key, value in state.items() if key != "End"} | {"Next": following}
        for name, state, following in zip(names, states, names[1:], strict=False)
    }
    return {"StartAt": "A", "States": chained | {names[-1]: states[-1]}}


@pytest.mark.django_db(transaction=True)
def test_the_log_is_printed_as_it_happens_and_success_is_exit_code_0(files, capsys, ledger):
    ledger.answers += ["ACTIVE"]
    code, out, err = run_flow(capsys, *files(flow(action(), PASS), {"x": 1}))
    assert (code, err) == (0, "")
    printed = [line.split()[1] for line in out.splitlines()[:-1]]
    assert printed == [
        "FlowStarted",
        "ActionStarted",
        "ActionCompleted",
        "PassStarted",
        "PassCompleted",
        "FlowSucceeded",
    ]
    assert out.splitlines()[-1].startswith("SUCCEEDED after")


@pytest.mark.django_db(transaction=True)
def test_json_is_one_entry_a_line_and_nothing_else(files, capsys):
    code, out, _ = run_flow(capsys, *files(flow(PASS), {"x": "ü"}), "--json")
    entries = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [entry["seq"] for entry in entries] == [1, 2, 3, 4]
    assert entries[0].keys() == {"seq", "time", "code", "description", "details"}
    assert entries[0]["details"] == {"input": {"x": "ü"}}


@pytest.mark.django_db(transaction=True)
def test_a_run_that_fails_is_exit_code_1_and_says_why(files, capsys):
    fail = {"Type": "Fail", "Error": "TooBig", "Cause": "It is too big."}
    code, out, _ = run_flow(capsys, *files(flow(PASS, fail), {}))
    assert code == 1
    assert "TooBig" in out and "It is too big." in out
    assert out.splitlines()[-1].startswith("FAILED after")


@pytest.mark.django_db(transaction=True)
def test_the_flow_is_in_no_list_and_belongs_to_the_first_administrator(files, capsys):
    run_flow(capsys, *files(flow(PASS), {}))
    made = Flow.objects.get()
    assert not made.is_listed
    assert (made.owner.username, made.owner.is_superuser) == ("admin", True)
    run_flow(capsys, *files(flow(PASS), {}))
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_ctrl_c_cancels_the_run(files, capsys, monkeypatch):
    follow = foreground._follow
    presses = iter([True, False])

    def pressed_once(*arguments: Any) -> None:
        if next(presses):
            raise KeyboardInterrupt
        follow(*arguments)

    monkeypatch.setattr(foreground, "_follow", pressed_once)
    code, out, _ = run_flow(capsys, *files(flow({"Type": "Wait", "Seconds": 3600}, PASS), {}))
    assert code == 1 and "FlowCanceled" in out


@pytest.mark.django_db(transaction=True)
def test_ctrl_c_at_the_very_end_tells_how_the_run_ended(files, capsys, monkeypatch):
    follow = foreground._follow
    presses = iter([True, False])

    def pressed_too_late(*arguments: Any) -> None:
        follow(*arguments)
        if next(presses):
            raise KeyboardInterrupt

    monkeypatch.setattr(foreground, "_follow", pressed_too_late)
    code, out, err = run_flow(capsys, *files(flow(PASS), {}))
    assert (code, err) == (0, "") and out.splitlines()[-1].startswith("SUCCEEDED after")


# --- what cannot start: exit code 2, and nothing is written


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    code, out, err = run_flow(capsys, *words)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    assert not Run.objects.exists() and not Flow.objects.exists()
    return err


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("which", [0, 2])
def test_a_file_that_is_not_there_is_named(files, capsys, tmp_path, which):
    words = files(flow(PASS), {})
    words[which] = str(tmp_path / "none.json")
    assert (
        refused(capsys, *words)
        == f"{tmp_path / 'none.json'}: it cannot be read: No such file or directory.\n"
    )


@pytest.mark.django_db(transaction=True)
def test_a_folder_or_a_picture_is_no_definition(files, capsys, tmp_path):
    words = files(flow(PASS), {})
    assert "Is a directory" in refused(capsys, str(tmp_path), *words[1:])
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    assert "not UTF-8" in refused(capsys, str(tmp_path / "picture.png"), *words[1:])


@pytest.mark.django_db(transaction=True)
def test_broken_json_is_shown_with_line_and_column(files, capsys):
    err = refused(capsys, *files(flow(PASS), '{\n  "x": 1,\n  "y" 2\n}'))
    assert "input.json:3:5: " in err
    err = refused(capsys, *files('{"StartAt": "A",\n "States": {', {}))
    assert "flow.json:" in err


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("content", ["", "[1]", '"x"', "null"])
def test_an_input_that_is_no_object_is_refused(files, capsys, content):
    assert "input.json:1:1: " in refused(capsys, *files(flow(PASS), content))


@pytest.mark.django_db(transaction=True)
def test_every_problem_of_the_definition_is_listed_with_its_place(files, capsys):
    states = {"A": {"Type": "Pass", "Next": "Q"}, "B": {"Type": "Nope", "End": True}}
    err = refused(capsys, *files(json.dumps({"StartAt": "A", "States": states}, indent=1), {}))
    assert len(err.splitlines()) >= 2
    assert all("flow.json:" in line for line in err.splitlines())
    assert '"Q"' in err and "Nope" in err


@pytest.mark.django_db(transaction=True)
def test_a_schema_that_is_none_is_refused(files, capsys):
    assert "schema.json:" in refused(capsys, *files(flow(PASS), {}, {"type": "objekt"}))


@pytest.mark.django_db(transaction=True)
def test_an_input_that_the_schema_forbids_is_refused_field_by_field(files, capsys):
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["m"]}
    err = refused(capsys, *files(flow(PASS), {"n": "x"}, schema))
    assert "$.n: 'x' is not of type 'integer'" in err and "'m' is a required property" in err


@pytest.mark.django_db(transaction=True)
def test_an_input_that_is_too_large_is_refused(files, capsys):
    code, _, err = run_flow(capsys, *files(flow(PASS), {"x": "y" * 250_000}))
    assert code == 2 and "204,800" in err
    assert not Run.objects.exists()


def test_it_works_without_a_site(workshop, files):
    call = action(ActionUrl="https://actions.globus.org/hello_world", Parameters={"echo_string": "hi"})
    done = workshop.manage(
        "run_flow", *files(flow({"Type": "Wait", "Seconds": 1}, call, PASS), {"x": 1}), "--json"
    )
    assert (done.returncode, done.stderr) == (0, "")
    codes = [json.loads(line)["code"] for line in done.stdout.splitlines()]
    assert codes[0] == "FlowStarted" and codes[-1] == "FlowSucceeded" and "ActionCompleted" in codes


def test_a_database_that_was_never_set_up_is_a_message(workshop, files, tmp_path, monkeypatch):
    monkeypatch.setitem(workshop.environment, "DATABASE_URL", f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    done = workshop.manage("run_flow", *files(flow(PASS), {}))
    assert done.returncode == 2
    assert "manage.py migrate" in done.stderr and "Traceback" not in done.stderr


def test_missing_arguments_are_exit_code_2(workshop):
    done = workshop.manage("run_flow", "x.json")
    assert done.returncode == 2 and "usage:" in done.stderr


@pytest.mark.django_db(transaction=True)
def test_a_run_that_a_worker_of_the_site_carries_on_is_followed_to_its_end(files, capsys, monkeypatch):
    claims = iter([False, False])
    work = engine.work
    monkeypatch.setattr(engine, "work", lambda run_id: next(claims, None) is None and work(run_id))
    code, out, _ = run_flow(capsys, *files(flow(PASS), {}))
    assert code == 0 and "FlowSucceeded" in out
