"""`python -m flowlang`: what it prints, and with what it ends."""

from __future__ import annotations

import json
import os
import pty
import re
import resource
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from flowlang.__main__ import main

ROOT = Path(__file__).parents[2]
SOUND = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'
BROKEN = (
    '{"StartAt": "A",\n "States": {\n\t"A": {"Type": "Pass", "Next": "Don"},\n  "Done": {"Type": "Fail"}}}\n'
)
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Return paths of definitions, sound and with each severity, and of a schema with an error."""
    texts = {
        "sound": SOUND,
        "broken": BROKEN,
        "advised": '{"StartAt": "A", "States": {"A": {"Type": "Fail"}, "B": {"Type": "Fail"}}}',
        "hinted": SOUND.replace('"Pass"', '"Pass", "Parameters": {"a": "$.a"}'),
        "schema": '{"type": "array"}',
        "good": '{"type": "object", "properties": {"a": {"type": "string", "default": "b"}}}',
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.json").write_text(text)
    return {name: str(tmp_path / f"{name}.json") for name in texts}


def run(*words: str, text: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "flowlang", *words],
        input=text,
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=20,
    )


def marked(line: str) -> str:
    """Return what the mark stands under, where each character takes one column."""
    rows = [row for row in line.splitlines() if " | " in row]
    mark = re.search(r"[\^~]+", rows[1])
    assert mark
    return rows[0][mark.start() : mark.end()]


def test_a_sound_flow_ends_with_0(files: dict[str, str], capsys: Captured) -> None:
    assert main(["check", files["sound"]]) == 0
    assert capsys.readouterr().out == f"{files['sound']}: 1 state, no problems\n"


def test_an_error_shows_place_line_mark_and_remedies(files: dict[str, str], capsys: Captured) -> None:
    assert main(["check", files["broken"]]) == 1
    name = files["broken"]
    assert capsys.readouterr().out.splitlines() == [
        f'{name}:3:32: error[next-unknown]: State "A": Next names "Don", which is not a state. '
        'Did you mean "Done"?',
        ' 3 |     "A": {"Type": "Pass", "Next": "Don"},',
        "   |                                   ^~~~~",
        '   fix: Write "Done"',
        '   fix: Add a state "Don"',
        "",
        f"{name}: 2 states, 1 error",
    ]


def test_a_remedy_says_what_will_be_written(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "flow.json"
    url = "http://provider.example.org/a-long-way-to-say-where-the-provider-of-this-action-is"
    state = {"Type": "Action", "ActionUrl": url, "Parameters": {}, "ResultPath": "$.a", "End": True}
    file.write_text(json.dumps({"StartAt": "A", "States": {"A": state}}))
    assert main(["check", str(file)]) == 1
    assert f"https{url[4:]}" in capsys.readouterr().out.splitlines()[3]


def test_what_spans_lines_is_marked_where_it_starts_and_ends(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "flow.json"
    file.write_text('{"StartAt": "A", "States": {"A": [\n  1,\n  2\n  ]}}')
    main(["check", str(file)])
    assert capsys.readouterr().out.splitlines()[1:6] == [
        '   1 | {"StartAt": "A", "States": {"A": [',
        "     |                                  ^",
        " ... |",
        "   4 |   ]}}",
        "     |   ~",
    ]


@pytest.mark.parametrize(
    ("name", "shown", "columns"),
    [
        ("\t", "    ", 4),
        ("漢字", "漢字", 4),
        ("\N{WOMAN}\u200d\N{PERSONAL COMPUTER}", "\N{WOMAN}\N{PERSONAL COMPUTER}", 4),
        ("e\u0301", "e\u0301", 1),
        ("\u202e", "\ufffd", 1),
    ],
    ids=["tab", "wide", "emoji", "accent", "bidi"],
)
def test_the_mark_is_under_the_span_whatever_is_before_it(
    name: str, shown: str, columns: int, tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "flow.json"
    before = "" if name == "\t" else f'"Comment": "{name}", '
    blank = name if name == "\t" else ""
    file.write_text(f'{{"StartAt": "A", "States": {{"A": {{{blank}{before}"Type": "Fial"}}}}}}')
    assert main(["check", str(file)]) == 1
    _, excerpt, mark, *_ = capsys.readouterr().out.splitlines()
    start, _, rest = excerpt.partition(shown)
    assert mark.index("^") == len(start) + columns + rest.index('"Fial"')


def test_a_long_line_is_shown_around_the_mark(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "long.json"
    file.write_text(
        json.dumps(
            {"Comment": "x" * 5_000, "StartAt": "Z", "States": {"A": {"Type": "Fail"}}, "Y": "y" * 5_000}
        )
    )
    assert main(["check", str(file)]) == 1
    first = capsys.readouterr().out.partition("\n\n")[0]
    assert marked(first) == '"Z"'
    assert all(len(row) <= 110 for row in first.splitlines()[1:])


def test_advice_alone_ends_with_0_unless_strict(files: dict[str, str], capsys: Captured) -> None:
    assert main(["check", files["advised"]]) == 0
    assert ": warning[state-unreachable]: " in capsys.readouterr().out
    assert main(["check", "--strict", files["advised"]]) == 1
    assert main(["check", "--strict", files["hinted"]]) == 0


def test_quiet_leaves_out_hints_and_what_is_sound(files: dict[str, str], capsys: Captured) -> None:
    assert main(["check", files["hinted"]]) == 0
    assert "1 hint" in capsys.readouterr().out
    assert main(["check", "--quiet", files["hinted"]]) == 0
    assert capsys.readouterr().out == ""
    assert main(["check", "--quiet", "--format", "json", files["hinted"]]) == 0
    assert json.loads(capsys.readouterr().out) == {"file": files["hinted"], "problems": [], "states": 1}


def test_several_files_have_a_total(files: dict[str, str], capsys: Captured) -> None:
    assert main(["check", files["sound"], files["broken"], files["advised"]]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "3 files: 1 error, 1 warning"


def test_json_is_one_object_a_file(files: dict[str, str], capsys: Captured) -> None:
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


def test_the_input_schema_is_checked_under_its_own_name(files: dict[str, str], capsys: Captured) -> None:
    assert main(["check", files["sound"], "--schema", files["schema"]]) == 1
    assert capsys.readouterr().out.startswith(
        f"{files['schema']}:1:10: error[schema-root]: Input schema: type is"
    )


def test_a_file_that_cannot_be_read_ends_with_2_and_the_others_are_checked(
    files: dict[str, str], tmp_path: Path, capsys: Captured
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


def test_a_dash_is_standard_input(files: dict[str, str]) -> None:
    done = run("check", "-", text=BROKEN)
    assert done.returncode == 1
    assert done.stdout.startswith("<stdin>:3:32: error[next-unknown]: ")
    assert json.loads(run("check", "-", "--format", "json", text=SOUND).stdout)["file"] == "-"
    assert run("check", files["sound"], "--schema", "-", text="[]").stdout.startswith("<stdin>:1:1: error[")
    assert run("dot", "-", text=SOUND).stdout.startswith("digraph flow {")
    twice = run("check", "-", "--schema", "-", text=SOUND)
    assert twice.returncode == 2
    assert "Standard input can be read once only" in twice.stderr


def on_a_terminal(*words: str, **environment: str) -> str:
    """Return what the command writes to a terminal."""
    ours, theirs = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "flowlang", *words],
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm", **environment},
        stdout=theirs,
        timeout=20,
    )
    os.close(theirs)
    shown = os.read(ours, 65_536).decode()
    os.close(ours)
    return shown


def test_only_a_terminal_is_given_colours_and_only_if_it_wants_them(files: dict[str, str]) -> None:
    shown = on_a_terminal("check", files["broken"], NO_COLOR="")
    assert "\x1b[1;31merror[next-unknown]:\x1b[0m" in shown
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown).replace("\r\n", "\n")
    assert plain == run("check", files["broken"]).stdout
    assert "\x1b" not in on_a_terminal("check", files["broken"], NO_COLOR="1")
    assert "\x1b" not in on_a_terminal("check", files["broken"], NO_COLOR="", TERM="dumb")


def test_what_a_flow_says_cannot_steer_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "flow.json"
    file.write_text(
        '{"StartAt": "\\u001b[31mA", "States": {"\\u001b[31mAB": {"Type": "\u202e\u009b", "End": 1}}}'
    )
    done = run("check", str(file))
    assert done.returncode == 1
    assert not set(done.stdout) & set("\x1b\u009b\u202e")


def test_a_terminal_that_lacks_characters_does_not_stop_the_report(tmp_path: Path) -> None:
    file = tmp_path / "flow.json"
    file.write_text('{"StartAt": "漢", "States": {"漢字": {"Type": "Fail"}}}')
    done = run("check", str(file), PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 1
    assert done.stderr == ""
    assert "\\u6f22" in done.stdout


def test_what_is_too_large_is_said(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "large.json"
    file.write_text('"' + "é" * 2_000_000 + '"')
    assert main(["check", str(file)]) == 1
    assert "error[json-size]" in capsys.readouterr().out


def test_dot_prints_the_diagram(files: dict[str, str], capsys: Captured) -> None:
    assert main(["dot", files["broken"]]) == 0
    assert capsys.readouterr().out.startswith("digraph flow {")


def test_dot_of_what_is_not_json_says_why(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "broken.json"
    file.write_text('{"StartAt": }')
    assert main(["dot", str(file)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert f"{file}:1:2: error[" in err


@pytest.mark.parametrize("arguments", [[], ["mend", "x"], ["check"], ["check", "x", "--format", "xml"]])
def test_commands_that_are_not_understood_end_with_2(arguments: list[str], capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: python -m flowlang" in capsys.readouterr().err


def imports(*words: str) -> set[str]:
    """Return the packages that Python loads when started with these words."""
    command = [sys.executable, "-X", "importtime", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


def foreign(*words: str) -> set[str]:
    """Return the packages of others that a command loads."""
    ours = {"flowlang", *sys.stdlib_module_names, *imports("-c", "pass")}
    # The standard library tries modules that exist for other Pythons only.
    return {name for name in imports("-m", "flowlang", *words) - ours if find_spec(name)}


def test_a_check_loads_little_and_so_starts_quickly(files: dict[str, str], tmp_path: Path) -> None:
    assert not foreign("check", files["broken"])
    costs = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        # The files of compiled code are kept apart: where nobody may write, all would be compiled each time.
        run("check", files["broken"], PYTHONPYCACHEPREFIX=str(tmp_path), PYTHONDONTWRITEBYTECODE="")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        costs.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    # The goal of 150 ms is for a quiet machine; tests run beside others.
    assert min(costs) < 0.3


def test_the_package_asks_for_all_that_its_commands_load(files: dict[str, str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = {re.split(r"[<>=]", name)[0].replace("-", "_") for name in project["dependencies"]}
    found = foreign("check", files["sound"], "--schema", files["good"]) | foreign("dot", files["sound"])
    assert {"graphviz", "jsonschema_rs"} <= found <= asked
    assert project["scripts"]["flowlang"] == "flowlang.__main__:start"
    assert "entry: flowlang check" in (ROOT / ".pre-commit-hooks.yaml").read_text()


@pytest.mark.parametrize(
    ("where", "told", "code"),
    [
        ("- <&-", "<stdin> cannot be read: it is closed.\n", 2),
        ("{broken} >&-", "", 1),
        ("{broken} >/dev/full", "The report cannot be written: No space left on device.\n", 2),
    ],
)
def test_streams_that_are_closed_or_full_end_without_a_trace(
    where: str, told: str, code: int, files: dict[str, str]
) -> None:
    command = f"{sys.executable} -m flowlang check {where.format_map(files)}"
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, timeout=20)
    assert (done.stdout, done.stderr, done.returncode) == ("", told, code)


def test_a_reader_that_stops_early_is_no_failure(tmp_path: Path) -> None:
    file = tmp_path / "many.json"
    states = {f"S{n}": {"Type": "Pass"} for n in range(300)}
    file.write_text(json.dumps({"StartAt": "S0", "States": states}))
    command = f"{sys.executable} -m flowlang check {file} | head -1"
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, timeout=20)
    assert done.stderr == ""
    assert done.stdout.startswith(f"{file}:1:")
