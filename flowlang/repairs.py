"""What was probably meant by a text that is no path, no expression, no instant, no pattern."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Final

from flowlang import choices, expressions, paths, timestamps

# What `$._context` has; `$$` of the Amazon States Language has other names beside these.
CONTEXT: Final = frozenset(
    ("flow_id", "run_id", "action_id", "username", "email", "user_id", "identities", "token_info")
)

# Reading long texts again and again would take longer than an author waits.
_MAX_LENGTH: Final = 500
_PLAIN: Final = re.compile(r"[A-Za-z_][\w-]*([.\[]\S*)?")
_ODD_NAME: Final = re.compile(r"\.([^.\[\]'\"]+)")
_SOUND_NAME: Final = re.compile(r"[^\s(),?*@]+")
# Quoted text and paths in backticks, which a repair of an expression leaves alone.
_QUOTED: Final = re.compile(r"('(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`[^`]*`)", re.DOTALL)
_FOREIGN: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"(?<![\w$])(\$(?:\.\w+|\[-?\d+\])*)"), r"`\1`"),
    (re.compile(r"===|(?<![=!<>:])=(?![=])"), "=="),
    (re.compile(r"!=="), "!="),
    (re.compile(r"\s*&&\s*"), " and "),
    (re.compile(r"\s*\|\|\s*"), " or "),
    (re.compile(r"!(?=[\w(`])\s*"), "not "),
)
_FUNCTION: Final = re.compile(r"States\.(\w+)\((.*)\)", re.DOTALL)
_ARGUMENT: Final = re.compile(r"'(?:\\.|[^'\\])*'|\$[\w.\[\]-]*|-?\d+(?:\.\d+)?")
_ARGUMENTS: Final = re.compile(rf"\s*(?:{_ARGUMENT.pattern})(?:\s*,\s*(?:{_ARGUMENT.pattern}))*\s*")
_WORDS: Final = {"true": "True", "false": "False", "null": "None"}
_WORD: Final = re.compile(r"(?<![\w.])(?:true|false|null)(?!\w)")
_MOMENT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?)?\s*([Zz]|[+-]\d\d:?\d\d)?", re.ASCII
)
# A word of a sentence; and a path of files, a URL, a pattern of names, a mail address.
_PROSE: Final = re.compile(r"[\w'-]+[,.:;!?]?")
_ADDRESS: Final = re.compile(
    r"[~.]{0,2}/[\w./ ~@+-]*|[a-z][a-z0-9+.-]*://[^\s'\"`]+|\*\.\w+|[\w.+-]+@[\w.-]+\.\w+"
)
_KEYWORDS: Final = frozenset(("and", "or", "not", "in", "is", "if", "else", "for", "lambda"))
_BACKSLASH: Final = re.compile(r"\\(?![\\*])|\\([\\*])")


@lru_cache(maxsize=512)
def path(text: str) -> str | None:
    """Return the path that `text`, which is none, is probably meant to be."""
    return _first(_paths(text), paths.parse)


@lru_cache(maxsize=512)
def expression(text: str) -> str | None:
    """Return the expression that `text`, which is none, is probably meant to be."""
    return None if len(text) > _MAX_LENGTH else _first(_expressions(text), _call)


def in_quotes(text: str) -> str | None:
    """Return the quoted text that `text`, which is no expression, is if it looks like words or an address."""
    words = text.split(" ")
    is_prose = len(words) > 1 and all(map(_PROSE.fullmatch, words)) and not _KEYWORDS.intersection(words)
    is_prose = is_prose and any(map(str.isalpha, text))
    is_text = is_prose or _ADDRESS.fullmatch(text) or _MOMENT.fullmatch(text)
    return repr(text) if is_text and len(text) <= _MAX_LENGTH else None


def function(text: str) -> str | None:
    """Return the expression that does what a function such as `States.Format(...)` does, for some of them."""
    match = _FUNCTION.fullmatch(text)
    if match is None or not _ARGUMENTS.fullmatch(match[2]):
        return None
    name, listed = match.groups()
    values = [f"`{value}`" if value.startswith("$") else value for value in _ARGUMENT.findall(listed)]
    if name == "Format":
        return _first(_formatted(values), _call)
    form = {("ArrayLength", 1): "len({})", ("MathAdd", 2): "{} + {}"}.get((name, len(values)))
    form = f"[{', '.join(['{}'] * len(values))}]" if name == "Array" else form
    return _first([form.format(*values)] if form else [], _call)


def _formatted(values: list[str]) -> Iterator[str]:
    """Yield the sum of texts that a template and its values are."""
    if not values or not values[0].startswith("'"):
        return
    pieces = values[0][1:-1].split("{}")
    if len(pieces) == len(values):
        shown = [f"str({value})" if value.startswith("`") else value for value in values[1:]]
        texts = [f"'{piece}'" if piece else "" for piece in pieces]
        yield " + ".join(part for pair in zip(texts, [*shown, ""], strict=True) for part in pair if part)


def calls(text: str, name: str, *, is_method: bool = False) -> list[int]:
    """Return where the expression `text`, outside quotes, calls the function or method `name`."""
    before = r"(?<=\.)" if is_method else r"(?<![\w.])"
    call = re.compile(rf"{before}{re.escape(name)}(?=\s*\()")
    found, at = list[int](), 0
    for index, part in enumerate(_QUOTED.split(text)):
        if index % 2 == 0:
            found += [at + match.start() for match in call.finditer(part)]
        at += len(part)
    return found


def python_words(text: str) -> str:
    """Return the expression `text` with true, false and null of JSON written as in Python."""
    return _outside_quotes(text, _WORD, lambda match: _WORDS[match[0]])


def timestamp(text: str) -> str | None:
    """Return the instant that `text` is probably meant to be; one without offset is taken as UTC."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    day, minute, second, zone = match.groups()
    zone = (zone or "Z").upper()
    zone = f"{zone[:3]}:{zone[3:]}" if len(zone) == 5 else zone
    return _first([f"{day}T{minute or '00:00'}{second or ':00'}{zone}"], timestamps.parse)


def pattern(text: str) -> str | None:
    """Return the pattern in which each backslash of `text` that means nothing stands for itself."""
    better = _BACKSLASH.sub(lambda match: match[0] if match[1] else r"\\", text)
    return _first([better], choices.compile_pattern)


def _first(candidates: Iterable[str], read: Callable[[str], object]) -> str | None:
    """Return the first candidate that can be read."""
    for candidate in candidates:
        try:
            read(candidate)
        except ValueError:
            continue
        return candidate
    return None


def _paths(text: str) -> Iterator[str]:
    if text.startswith("$$"):
        if text[2:3] == "." and re.split(r"[.\[]", text[3:])[0] in CONTEXT:
            yield f"$._context{text[2:]}"
        return
    if text.startswith("States."):
        return
    yield from (text.strip(), text.rstrip(". "))
    if _PLAIN.fullmatch(text.removeprefix(".")):
        yield f"${text}" if text.startswith(".") else f"$.{text}"
    if not text.startswith("$"):
        return
    if not text.startswith(("$.", "$[")):
        yield f"$.{text[1:]}"
    yield from (f"{text}]", f"{text}']", f'{text}"]')
    yield _ODD_NAME.sub(_in_brackets, text)


def _in_brackets(match: re.Match[str]) -> str:
    """Return a step by name, in brackets and quotes where the name needs them."""
    return match[0] if _SOUND_NAME.fullmatch(match[1]) else f"['{match[1]}']"


def _expressions(text: str) -> Iterator[str]:
    """Yield `text` with one habit of other languages changed, then with all of them."""
    mended = text
    for found, better in _FOREIGN:
        yield _outside_quotes(text, found, better)
        mended = _outside_quotes(mended, found, better)
    yield mended


def _outside_quotes(text: str, found: re.Pattern[str], better: str | Callable[[re.Match[str]], str]) -> str:
    parts = _QUOTED.split(text)
    parts[::2] = [found.sub(better, part) for part in parts[::2]]
    return "".join(parts)


def _call(text: str) -> None:
    """Read an expression. Raises ValueError also when it calls what does not exist."""
    if expressions.parse(text).functions - expressions.FUNCTIONS:
        raise ValueError(text)
