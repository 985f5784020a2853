"""Problems as the command line shows them: the place, the words, the line with a mark, the remedies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from flowlang import excerpt
from flowlang.check import Checked
from flowlang.problems import Fix, Problem

MAX_REMEDIES: Final = 3
_MAX_TEXT: Final = 100
_PAINTS: Final = {"place": "1", "error": "1;31", "warning": "1;35", "hint": "1;36", "frame": "2", "fix": "32"}
# Returns the text in the colour of that name, or as it is.
Paint: TypeAlias = "Callable[[str, str], str]"


def plain(name: str, text: str) -> str:
    """Return the text as it is."""
    return text


def coloured(name: str, text: str) -> str:
    """Return the text in the colour that `name` stands for, for a terminal."""
    return f"\x1b[{_PAINTS[name]}m{text}\x1b[0m"


def lines(checked: Checked, names: dict[str, str], paint: Paint = plain) -> list[str]:
    """Return the text report, without line ends.

    names  file names by document: {"definition": "flow.json", "input_schema": "schema.json"}
    """
    found: list[str] = []
    for problem, span in zip(checked.problems, checked.spans, strict=True):
        found += [""] if found else []
        text = checked.text_of(problem)
        line, column = text.position(span[0])
        place = paint("place", excerpt.printable(f"{names[problem.document]}:{line}:{column}:"))
        kind = paint(problem.severity, f"{problem.severity}[{problem.code}]:")
        found.append(f"{place} {kind} {excerpt.printable(problem.message)}")
        rows = excerpt.rows(text, span)
        width = max((len(row.number) for row in rows), default=0)
        for row in rows:
            found += _framed(row, width, problem.severity, paint)
        found += [
            f"{' ' * (width + 2)}{paint('fix', 'fix:')} {_remedy(fix, text.text, span)}"
            for fix in problem.fixes[:MAX_REMEDIES]
        ]
    return found


def summary(checked: Checked, name: str) -> str:
    """Return one line that says how a file fared."""
    states = _counted(checked.states, "state")
    return f"{excerpt.printable(name)}: {states}, {_counts(checked.problems)}"


def total(done: Iterable[Checked]) -> str:
    """Return one line that says how all the files that could be read fared."""
    answers = list(done)
    problems = [problem for checked in answers for problem in checked.problems]
    return f"{_counted(len(answers), 'file')}: {_counts(problems)}"


def _counts(problems: Iterable[Problem]) -> str:
    counts = Counter(problem.severity for problem in problems)
    kinds = [_counted(counts[kind], kind) for kind in ("error", "warning", "hint") if counts[kind]]
    return ", ".join(kinds) or "no problems"


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _framed(row: excerpt.Row, width: int, severity: str, paint: Paint) -> list[str]:
    """Return a row of the excerpt beside its number, and the mark below it."""
    shown = [f"{paint('frame', f' {row.number:>{width}} |')} {row.text}".rstrip()]
    if row.mark:
        shown.append(f"{paint('frame', f' {chr(32) * width} |')} {row.indent}{paint(severity, row.mark)}")
    return shown


def _remedy(fix: Fix, text: str, span: tuple[int, int]) -> str:
    """Return what a fix does. Its title may not say what will be written: in an editor that can be seen."""
    (start, end), edit = span, fix.edits[0]
    is_whole = len(fix.edits) == 1 and start <= edit.start and edit.end <= end and text[start] == '"'
    better = f"{text[start : edit.start]}{edit.text}{text[edit.end : end]}" if is_whole else ""
    is_short = "\n" not in better and len(better) <= _MAX_TEXT
    is_said = better.strip('" ') in fix.title
    return excerpt.printable(f"{fix.title}: {better}" if is_short and not is_said else fix.title)
