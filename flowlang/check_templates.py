"""Checks of templates: members that end in `.$` and `.=`, and what is to stay secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from flowlang import check_values, expressions
from flowlang.expressions import Expression, ExpressionSyntaxError
from flowlang.findings import Put, Remedy, Rename, Site, quote
from flowlang.paths import Path
from flowlang.problems import JSON

PRIVATE: Final = "__Private_Parameters"
SUFFIXES: Final = (".$", ".=")
_PRIVATE_DATA: Final = "_private"
# A line break between two quotes of one kind, with none of them in between.
_BROKEN_LINE: Final = re.compile(r"'[^'\n]*\n[^']*'|\"[^\"\n]*\n[^\"]*\"")


@lru_cache(maxsize=2048)
def parsed(text: str) -> Expression | ExpressionSyntaxError:
    """Return the expression that `text` writes, or the error."""
    try:
        return expressions.parse(text)
    except ExpressionSyntaxError as error:
        return error


def base(key: str) -> str:
    """Return the member's name without `.$` or `.=`."""
    return key[:-2] if key.endswith(SUFFIXES) else key


def template(site: Site, key: str, value: JSON) -> None:
    """Check the template at `key`."""
    _walk(site.at(key), value)


def _walk(site: Site, value: JSON) -> None:
    if isinstance(value, dict):
        _private_names(site, value)
        for key, member in value.items():
            _member(site, key, member, value)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict | list):
                _walk(site.at(index), item)
            elif isinstance(item, str) and item.startswith("$."):
                _looks_like_path(site.at(index), item)


def _member(site: Site, key: str, value: JSON, siblings: Mapping[str, JSON]) -> None:
    if key in SUFFIXES:
        site.at(key).error("template-name", f"A name is missing before {key}.", on_key=True)
    elif key.endswith(SUFFIXES):
        _clash(site, key, siblings)
        _reading(site, key, value, siblings)
    elif isinstance(value, dict | list) and key != PRIVATE:
        _walk(site.at(key), value)
    elif isinstance(value, str) and value.startswith("$."):
        loc = site.at(key).loc
        _looks_like_path(site.at(key), value, Remedy(f'Rename to "{key}.$"', Rename(loc, f"{key}.$")))


def _looks_like_path(site: Site, value: str, *remedies: Remedy) -> None:
    if isinstance(check_values.parsed(value), Path):
        message = (
            f'{quote(value)} is passed on as text. To read the value there, use a name that ends in ".$".'
        )
        site.hint("template-text-path", message, *remedies)


def _clash(site: Site, key: str, siblings: Mapping[str, JSON]) -> None:
    others = (base(key), base(key) + ".$")
    for other in others:
        if other in siblings and other != key:
            message = f'"{key}" and "{other}" both give a value to "{base(key)}". Remove one.'
            site.at(key).error("template-clash", message, on_key=True)


def _reading(site: Site, key: str, value: JSON, siblings: Mapping[str, JSON]) -> None:
    kind = "a path" if key.endswith(".$") else "an expression"
    if not isinstance(value, str):
        message = f'"{key}" is {quote(value)}; a name that ends in "{key[-2:]}" takes {kind} as text.'
        site.at(key).error("template-value", message, type="type_error.string")
    elif key.endswith(".$"):
        found = check_values.syntax(site, key, value)
        steps = found.steps[:1] if found else ()
        _secret(site, key, any(isinstance(s, str) and s.startswith(_PRIVATE_DATA) for s in steps), siblings)
    else:
        _expression(site, key, value, siblings)


def _expression(site: Site, key: str, value: str, siblings: Mapping[str, JSON]) -> None:
    found = parsed(value)
    if isinstance(found, ExpressionSyntaxError):
        message = f"{key} is {quote(value)}: {found}"
        site.at(key).error("expression-syntax", message, offset=found.offset)
        return
    for name in sorted(found.functions - expressions.FUNCTIONS):
        message = f'{key} calls "{name}", which is not a function of expressions.{_function(site, name)}'
        site.at(key).error("expression-function", message, offset=max(value.find(name), 0))
    if _BROKEN_LINE.search(value):
        message = f"{key} has a line break inside quotes. It counts as a line break; write \\n to be clear."
        site.at(key).warn("expression-line-break", message)
    _secret(site, key, any(name.startswith(_PRIVATE_DATA) for name in _names(found)), siblings)


def _function(site: Site, name: str) -> str:
    if name in expressions.ABSENT:
        return f" It is left out on purpose: {expressions.ABSENT[name]}."
    close = site.findings.closest(name, expressions.FUNCTIONS)
    return f' Did you mean "{close}"?' if close else f" There are {', '.join(sorted(expressions.FUNCTIONS))}."


def _names(expression: Expression) -> list[str]:
    steps = [path.steps[0] for path in expression.paths if path.steps]
    return [*expression.names, *(step for step in steps if isinstance(step, str))]


# --- secrets


def _private_names(site: Site, siblings: Mapping[str, JSON]) -> None:
    if PRIVATE not in siblings:
        return
    names = siblings[PRIVATE]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        message = f"{PRIVATE} is {quote(names)}; it must be an array of names."
        site.at(PRIVATE).error("private-names", message, type="type_error.list")
        return
    known = {base(key) for key in siblings}
    for index, name in enumerate(names):
        if isinstance(name, str) and base(name) not in known:
            close = site.findings.closest(name, known - {PRIVATE})
            advice = f' Did you mean "{close}"?' if close else " Remove it, or correct it."
            loc = site.at(PRIVATE, index).loc
            remedies = (Remedy(f'Write "{close}"', Put(loc, close)),) if close else ()
            message = f"{PRIVATE} names {quote(name)}, but there is no such member beside it.{advice}"
            site.at(PRIVATE, index).warn("private-unknown", message, *remedies)


def _secret(site: Site, key: str, is_secret: bool, siblings: Mapping[str, JSON]) -> None:
    names = siblings.get(PRIVATE, [])
    listed = names if isinstance(names, list) else []
    if not is_secret or any(isinstance(name, str) and base(name) == base(key) for name in listed):
        return
    remedy = Remedy(f"Add it to {PRIVATE}", Put(site.at(PRIVATE).loc, [*listed, base(key)]))
    message = f'"{key}" reads private data, but is not in {PRIVATE}: its value will be seen in the log.'
    site.at(key).warn("private-unlisted", message, remedy, on_key=True)
