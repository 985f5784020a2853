"""`python -m flowlang`: what it prints, and with what it ends."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from flowlang.__main__ import main

ROOT = Path(__file__).parents[2]
SOUND = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'
BROKEN = (
    '{"StartAt": "A",\n "States": {\n\t"A": {"Type": "Pass", "Next": "Don"},\n  "Done": {"Type": "Fail"}}}\n'
)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Return paths of a sound, a broken and an advised definition, and of a schema with an error."""
    texts = {
        "sound": SOUND,
        "broken": BROKEN,
        "advised": '{"StartAt": "A", "States": {"A": {"Type": "Fail"}, "B": {"Type": "Fail"}}}',
        "schema": '{"type": "array"}',
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.json").write_text(text)
    return {name: str(tmp_path / f"{name}.json") for name in texts}


def test_a_sound_flow_ends_with_0(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", files["sound"]]) == 0
    assert capsys.readouterr().out == f"{files['sound']}: 1 state, no problems\n"


def test_an_error_shows_place_line_mark_and_remedy(
    files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", files["broken"]]) == 1
    name = files["broken"]
    assert capsys.readouterr().out.splitlines() == [
        f'{name}:3:32: error: State "A": Next names "Don", which is not a state. '
        'Did you mean "Done"? [next-unknown]',
        ' 3 |  "A": {"Type": "Pass", "Next": "Don"},',
        "   |                                ^~~~~",
        '   = Write "Done"',
        '   = Add a state "Don"',
        f"{name}: 2 states, 1 error",
    ]


def test_advice_alone_ends_with_0(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", files["advised"]]) == 0
    assert "warning: " in capsys.readouterr().out


def test_json_is_one_object_a_file(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--format", "json", files["sound"], files["broken"]]) == 1
    first, second = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert first == {"file": files["sound"], "problems": [], "states": 1}
    (problem,) = second["problems"]
    assert {key: problem[key] for key in ("severity", "code", "loc", "line", "column")} == {
        "severity": "error",
        "code": "next-unknown",
        "loc": ["States", "A", "Next"],
        "line": 3,
        "column": 32,
    }
    assert problem["message"].startswith('State "A": Next names "Don"')
    assert problem["fixes"][0]["title"] == 'Write "Done"'


def test_the_input_schema_is_checked_too(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", files["sound"], "--schema", files["schema"]]) == 1
    assert capsys.readouterr().out.startswith(f"{files['schema']}:1:10: error: Input schema: type is")


def test_a_file_that_cannot_be_read_ends_with_2_and_the_others_are_checked(
    files: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = tmp_path / "odd.json"
    odd.write_bytes(b'{"a": "\xff"}')
    missing = str(tmp_path / "missing.json")
    assert main(["check", missing, str(odd), str(tmp_path), files["broken"]]) == 2
    out, err = capsys.readouterr()
    assert err.splitlines() == [
        f"{missing} cannot be read: No such file or directory.",
        f"{odd} cannot be read: it is not UTF-8 (byte 7).",
        f"{tmp_path} cannot be read: Is a directory.",
    ]
    assert "next-unknown" in out
    assert main(["check", files["sound"], "--schema", missing]) == 2
    assert main(["dot", missing]) == 2


def test_a_long_line_is_shown_around_the_mark(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "long.json"
    file.write_text('{"Comment": "%s", "StartAt": "Z", "States": {"A": {"Type": "Fail"}}}' % ("x" * 5_000))
    assert main(["check", str(file)]) == 1
    _, excerpt, mark, *_ = capsys.readouterr().out.splitlines()
    assert len(excerpt) <= 110
    assert excerpt[mark.index("^") :].startswith('"Z"')


def test_what_is_too_large_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "large.json"
    file.write_text('"' + "é" * 2_000_000 + '"')
    assert main(["check", str(file)]) == 1
    assert "[json-size]" in capsys.readouterr().out


def test_dot_prints_the_diagram(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dot", files["broken"]]) == 0
    assert capsys.readouterr().out.startswith("digraph flow {")


def test_dot_of_what_is_not_json_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "broken.json"
    file.write_text('{"StartAt": }')
    assert main(["dot", str(file)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert f"{file}:1:2: error: " in err


@pytest.mark.parametrize("arguments", [[], ["infer", "x"], ["check"], ["check", "x", "--format", "xml"]])
def test_commands_that_are_not_understood_end_with_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: python -m flowlang" in capsys.readouterr().err


def test_the_command_starts_quickly_and_without_a_framework(files: dict[str, str], tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path / "cache")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-X", "importtime", "-m", "flowlang", "check", files["broken"]]
    costs = []
    for _ in range(2):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=20)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        costs.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        assert done.returncode == 1
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert not loaded & {
        "django",
        "rest_framework",
        "celery",
        "channels",
        "jsonschema",
        "jsonschema_rs",
        "graphviz",
    }
    # The goal of 150 ms is for a quiet machine; tests run beside others, and importtime takes a while too.
    assert min(costs) < 0.4


def test_a_reader_that_stops_early_is_no_failure(tmp_path: Path) -> None:
    file = tmp_path / "many.json"
    states = {f"S{n}": {"Type": "Pass"} for n in range(300)}
    file.write_text(json.dumps({"StartAt": "S0", "States": states}))
    command = f"{sys.executable} -m flowlang check {file} | head -1"
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, timeout=20)
    assert done.stderr == ""
    assert done.stdout.startswith(f"{file}:1:")
