"""Checks of templates: members that end in `.$` and `.=`, and what is to stay secret."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from flowlang import check_values, expressions, repairs
from flowlang.expressions import Expression, ExpressionSyntaxError
from flowlang.findings import Change, Findings, Put, Remedy, Remove, Rename, Replace, Site, quote, rewritten
from flowlang.paths import Path
from flowlang.problems import JSON

PRIVATE: Final = "__Private_Parameters"
SUFFIXES: Final = (".$", ".=")
_PRIVATE_DATA: Final = "_private"
# What true, false and null are in Python; as names they are taken from the run data.
_JSON_WORDS: Final = frozenset(("true", "false", "null"))
_MAX_QUOTED: Final = 60
_MAX_LINE_BREAKS: Final = 20
_PLAIN_FUNCTIONS: Final = expressions.FUNCTIONS - expressions.RANDOM


@lru_cache(maxsize=2048)
def parsed(text: str) -> Expression | ExpressionSyntaxError:
    """Return the expression that `text` writes, or the error."""
    try:
        return expressions.parse(text)
    except ExpressionSyntaxError as error:
        return check_values.alone(error)


@lru_cache(maxsize=4096)
def _is_plain_path(text: str) -> bool:
    """Whether nothing is to be said about a path, wherever it stands."""
    found = check_values.parsed(text)
    return isinstance(found, Path) and not _is_private(found.steps[:1])


@lru_cache(maxsize=2048)
def _is_plain_expression(text: str) -> bool:
    """Whether nothing is to be said about an expression, wherever it stands."""
    found = parsed(text)
    return (
        isinstance(found, Expression)
        and found.functions <= _PLAIN_FUNCTIONS
        and not found.methods
        and not found.newlines
        and found.names.isdisjoint(_JSON_WORDS)
        and not _is_private(_names(found))
    )


def _is_private(names: Iterable[object]) -> bool:
    return any(isinstance(name, str) and name.startswith(_PRIVATE_DATA) for name in names)


def base(key: str) -> str:
    """Return the member's name without `.$` or `.=`."""
    return key[:-2] if key.endswith(SUFFIXES) else key


def template(site: Site, key: str, value: JSON) -> None:
    """Check the template at `key`."""
    _walk(site.at(key), value)


def is_sound(value: JSON) -> bool:
    """Whether `value` is a template without errors."""
    trial = Findings()
    _walk(Site(trial), value)
    return not trial.counts.get("error")


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
    if key.endswith(SUFFIXES):
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
    for other in (key[:-2], f"{key[:-2]}.$"):
        if other in siblings and other != key:
            message = f'"{key}" and "{other}" both give a value to "{base(key)}". Remove one.'
            remedies = [Remedy(f'Remove "{name}"', Remove(site.at(name).loc)) for name in (other, key)]
            site.at(key).error("template-clash", message, *remedies, on_key=True)


def _reading(site: Site, key: str, value: JSON, siblings: Mapping[str, JSON]) -> None:
    if key in SUFFIXES:
        site.at(key).error("template-name", f"A name is missing before {key}.", on_key=True)
        return
    _clash(site, key, siblings)
    kind = "a path" if key.endswith(".$") else "an expression"
    if not isinstance(value, str):
        message = f'"{key}" is {quote(value)}; a name that ends in "{key[-2:]}" takes {kind} as text.'
        site.at(key).error(
            "template-value", message, *_constant(site, key, siblings), type="type_error.string"
        )
    elif (_is_plain_path if key.endswith(".$") else _is_plain_expression)(value):
        return
    elif key.endswith(".$"):
        plain = () if value.startswith(("$", "States.")) else _constant(site, key, siblings)
        if value.startswith("States."):
            plain = _as_expression(site, key, value, siblings)
        found = check_values.syntax(site, key, value, *plain)
        if found and _is_private(found.steps[:1]):
            _secret(site, key, siblings)
    else:
        _expression(site, key, value, siblings)


def _as_expression(site: Site, key: str, value: str, siblings: Mapping[str, JSON]) -> tuple[Remedy, ...]:
    """Offer the expression that does what a function of the Amazon States Language does."""
    better = site.findings.repaired(repairs.function, value)
    name, loc = f"{base(key)}.=", site.at(key).loc
    if better is None or name in siblings:
        return ()
    return (Remedy("Write it as an expression", Rename(loc, name), (Put(loc, better),)),)


def _constant(site: Site, key: str, siblings: Mapping[str, JSON]) -> tuple[Remedy, ...]:
    """Offer to pass the value on as it is, under the name without `.$` or `.=`."""
    name = base(key)
    is_free = (
        not name.endswith(SUFFIXES)
        and name not in siblings
        and not {f"{name}.$", f"{name}.="} - {key} & siblings.keys()
    )
    return (Remedy(f'Rename to "{name}"', Rename(site.at(key).loc, name)),) if is_free else ()


def _expression(site: Site, key: str, value: str, siblings: Mapping[str, JSON]) -> None:
    found = parsed(value)
    if isinstance(found, ExpressionSyntaxError):
        _no_expression(site, key, value, siblings, found)
        return
    for name in sorted(found.functions - expressions.FUNCTIONS):
        _function(site.at(key), name, value)
    for name in sorted(found.methods):
        _method(site.at(key), name, value)
    if drawn := sorted(found.functions & expressions.RANDOM):
        message = (
            f"{key} calls {drawn[0]}(): its value is another in each run. Whoever knows the run's id can "
            "work it out, so do not use it for secrets."
        )
        site.at(key).hint("expression-random", message, offset=value.find(drawn[0]))
    if found.newlines:
        _line_breaks(site.at(key), found.newlines)
    if words := sorted(found.names & _JSON_WORDS):
        _json_words(site.at(key), words, value)
    if _is_private(_names(found)):
        _secret(site, key, siblings)


def _no_expression(
    site: Site, key: str, value: str, siblings: Mapping[str, JSON], found: ExpressionSyntaxError
) -> None:
    """Report where reading stopped; of what looks like words or an address, that it is text."""
    better = site.findings.repaired(repairs.expression, value)
    quoted = repairs.in_quotes(value) if better is None else None
    if quoted is None:
        remedies = () if better is None else rewritten(site.at(key).loc, value, better)
        message = f"{key} is {quote(value)}: {found}"
        site.at(key).error("expression-syntax", message, *remedies, offset=found.offset)
        return
    shown = f": {quoted}" if len(quoted) <= _MAX_QUOTED else ""
    message = f"{key} is {quote(value)}, which is text, not an expression. Put it in quotes{shown}."
    put = Remedy("Put it in quotes", Put(site.at(key).loc, quoted))
    site.at(key).error("expression-syntax", message, put, *_constant(site, key, siblings))


def _function(site: Site, name: str, text: str) -> None:
    close = None if name in expressions.ABSENT else site.findings.closest(name, expressions.FUNCTIONS)
    known = f"There are {', '.join(sorted(expressions.FUNCTIONS))}."
    advice = f'Did you mean "{close}"?' if close else known
    if name in expressions.ABSENT:
        advice = f"It is left out on purpose: {expressions.ABSENT[name]}."
    message = f'{site.loc[-1]} calls "{name}", which is not a function of expressions. {advice}'
    _no_call(site, message, name, close, repairs.calls(text, name))


def _method(site: Site, name: str, text: str) -> None:
    reason = expressions.ABSENT_METHODS.get(name)
    close = None if reason else site.findings.closest(name, expressions.METHODS)
    advice = f'Did you mean "{close}"?' if close else "Remove it, or check its name."
    if reason:
        advice = f"{reason[0].upper()}{reason[1:]}."
    message = f'{site.loc[-1]} calls the method "{name}", which no value has in expressions. {advice}'
    _no_call(site, message, name, close, repairs.calls(text, name, is_method=True))


def _no_call(site: Site, message: str, name: str, close: str | None, calls: list[int]) -> None:
    """Report a call of what is not there; `calls` are its places, `close` what is probably meant."""
    changes = [Replace(site.loc, at, at + len(name), close or name) for at in calls]
    remedies = _together(f'Write "{close}"', changes) if close else ()
    site.error("expression-function", message, *remedies, offset=calls[0] if calls else 0)


def _line_breaks(site: Site, offsets: tuple[int, ...]) -> None:
    message = f"{site.loc[-1]} has a line break inside quotes. It counts as one; write \\n to be clear."
    few = offsets[:_MAX_LINE_BREAKS]
    remedies = _together("Write \\n", [Replace(site.loc, at, at + 1, "\\n") for at in few])
    remedies = remedies if few == offsets else ()
    site.warn("expression-line-break", message, *remedies, offset=offsets[0])


def _json_words(site: Site, words: list[str], text: str) -> None:
    better = repairs.python_words(text)
    is_one = len(words) == 1
    message = (
        f"{site.loc[-1]} reads {' and '.join(words)} from the run data, as {'a name' if is_one else 'names'}."
    )
    at = min(text.find(word) for word in words)
    remedies = rewritten(site.loc, text, better) if better != text else ()
    advice = f"{message} An expression writes True, False, None."
    site.warn("expression-word", advice, *remedies, offset=at)


def _together(title: str, changes: Sequence[Change]) -> tuple[Remedy, ...]:
    return (Remedy(title, changes[0], tuple(changes[1:])),) if changes else ()


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
        listed = Remedy(f"Write [{quote(names)}]", Put(site.at(PRIVATE).loc, [names]))
        wrapped = (listed,) if isinstance(names, str) else ()
        site.at(PRIVATE).error("private-names", message, *wrapped, type="type_error.list")
        return
    known = {base(key) for key in siblings}
    for index, name in enumerate(names):
        if isinstance(name, str) and base(name) not in known:
            close = site.findings.closest(name, known - {PRIVATE})
            advice = f' Did you mean "{close}"?' if close else " Remove it, or correct it."
            loc = site.at(PRIVATE, index).loc
            better = (Remedy(f'Write "{close}"', Put(loc, close)),) if close else ()
            remedies = (*better, Remedy("Remove it", Remove(loc)))
            message = f"{PRIVATE} names {quote(name)}, but there is no such member beside it.{advice}"
            site.at(PRIVATE, index).warn("private-unknown", message, *remedies)


def _secret(site: Site, key: str, siblings: Mapping[str, JSON]) -> None:
    """Warn of private data that is read into a member which is not private."""
    names = siblings.get(PRIVATE, [])
    listed = names if isinstance(names, list) else []
    if any(isinstance(name, str) and base(name) == base(key) for name in listed):
        return
    change = Put(site.at(PRIVATE, len(listed)).loc, base(key))
    remedy = Remedy(f"Add it to {PRIVATE}", change if listed else Put(site.at(PRIVATE).loc, [base(key)]))
    message = f'"{key}" reads private data, but is not in {PRIVATE}: its value will be seen in the log.'
    site.at(key).warn("private-unlisted", message, remedy, on_key=True)
