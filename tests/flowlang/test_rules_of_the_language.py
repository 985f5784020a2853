"""Every rule of the language is shown by something, and every example program shows a rule."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
CHAPTERS: dict[str, dict[str, list[str]]] = tomllib.loads(
    HERE.joinpath("rules_of_the_language.toml").read_text()
)
SHOWN_BY = [name for rules in CHAPTERS.values() for names in rules.values() for name in names]


def is_there(name: str) -> bool:
    file, _, test = name.partition("::")
    if test:
        return re.search(rf"^def {test}\(", HERE.joinpath(file).read_text(), re.MULTILINE) is not None
    folder = name if name.startswith("problems/") else f"flows/{name}"
    return (HERE.parent / folder).is_dir()


def test_what_shows_a_rule_is_there() -> None:
    assert [name for name in SHOWN_BY if not is_there(name)] == []
    assert all(names for rules in CHAPTERS.values() for names in rules.values())


def test_every_program_shows_a_rule() -> None:
    programs = {path.parent.name for path in (HERE.parent / "flows").glob("*/definition.json")}
    assert programs - set(SHOWN_BY) == set()
