"""Problems as the command line shows them: the place, the words, the line and a mark under it, the remedy."""

from __future__ import annotations

from flowlang.check import Checked
from flowlang.definition import Document
from flowlang.problems import Problem

_WIDTH = 100


def lines(checked: Checked, names: dict[str, str]) -> list[str]:
    """Return the text report, without line ends.

    names  file names by document: {"definition": "flow.json", "input_schema": "schema.json"}
    """
    found: list[str] = []
    for problem, span in zip(checked.problems, checked.spans, strict=True):
        text = checked.text_of(problem)
        line, column = text.position(span[0])
        place = f"{names[problem.document]}:{line}:{column}"
        found.append(f"{place}: {problem.severity}: {problem.message} [{problem.code}]")
        found += _excerpt(text, span, line)
        found += _remedies(problem)
    return found


def summary(checked: Checked, name: str) -> str:
    """Return one line that says how a file fared."""
    counts = dict.fromkeys(("error", "warning", "hint"), 0)
    for problem in checked.problems:
        counts[problem.severity] += 1
    words = [f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in counts.items() if count]
    states = f"{checked.states} state{'' if checked.states == 1 else 's'}"
    return f"{name}: {states}, {', '.join(words) or 'no problems'}"


def _excerpt(text: Document, span: tuple[int, int], line: int) -> list[str]:
    """Return the line of the text and a mark below it; of a long line, the part around the mark."""
    start = text.line_start(line)
    whole = text.text[start:].split("\n", 1)[0].rstrip("\r")
    at, end = span[0] - start, min(span[1] - start, len(whole))
    cut = max(0, min(at - 20, len(whole) - _WIDTH))
    shown = _plain(whole[cut : cut + _WIDTH])
    mark = "^" + "~" * (min(end - cut, len(shown)) - (at - cut) - 1)
    number = str(line)
    return [f" {number} | {shown}", f" {' ' * len(number)} | {' ' * (at - cut)}{mark}"]


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else " " if char == "\t" else "\ufffd" for char in text)


def _remedies(problem: Problem) -> list[str]:
    return [f"   = {fix.title}" for fix in problem.fixes[:2]]
