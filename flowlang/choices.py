"""The rules of a Choice state: compiled once, asked with the run data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pattern:
    """A StringMatches pattern: the texts between its stars.

    Matching takes time in proportion to the text: no regular expression, so no backtracking.
    """

    parts: tuple[str, ...]

    def matches(self, text: str) -> bool:
        """Say whether the whole of `text` fits."""
        first, *middle = self.parts
        if not middle:
            return text == first
        last = middle.pop()
        if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
            return False
        at, end = len(first), len(text) - len(last)
        for part in middle:
            at = text.find(part, at, end)
            if at < 0:
                return False
            at += len(part)
        return True


def compile_pattern(pattern: str) -> Pattern:
    """Return the matcher for a StringMatches operand.

    pattern  `*` stands for any run of characters, `\\*` for a star, `\\\\` for a backslash
    Raises   ValueError when a backslash stands before anything else
    Source   Amazon States Language, "StringMatches"
    """
    parts, part = [], ""
    characters = iter(pattern)
    for character in characters:
        if character == "*":
            parts.append(part)
            part = ""
        elif character == "\\":
            part += _escaped(next(characters, ""))
        else:
            part += character
    return Pattern((*parts, part))


def _escaped(character: str) -> str:
    if character not in ("*", "\\"):
        raise ValueError(
            f'"\\{character}" means nothing in a pattern. Write \\* for a star, \\\\ for a backslash.'
        )
    return character
