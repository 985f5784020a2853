"""Whether the values in a schema (default, examples, enum) fit it, and its patterns are patterns."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import import_module
from typing import Any, Final, NoReturn
from urllib.parse import quote as escape

from flowlang.check_fields import reread
from flowlang.findings import Put, Remedy, Site, quote
from flowlang.problems import JSON, Loc
from flowlang.schema_refs import Places

_MAX_PATTERN: Final = 4_096
_MAX_VALUES: Final = 1_000
_URI: Final = "urn:headrace:input-schema"
_BACKTRACKS: Final = 20_000


@cache
def _engine() -> Any:
    # Loaded with the first schema: that takes longer than the command line needs for a whole definition.
    return import_module("jsonschema_rs")


def _patterns() -> Any:
    return _engine().FancyRegexOptions(backtrack_limit=_BACKTRACKS)


@lru_cache(maxsize=512)
def is_pattern(text: str) -> bool:
    """Whether `text` is a regular expression that can be searched for."""
    if len(text) > _MAX_PATTERN:
        return False
    engine = _engine()
    try:
        engine.Draft7Validator({"pattern": text}, pattern_options=_patterns())
    except engine.ValidationError:
        return False
    return True


def check(site: Site, root: JSON, places: Places) -> None:
    """Warn of values that do not fit the schema which gives them. The document must be free of errors."""
    places = [(loc, schema) for loc, schema in places if _samples(schema)]
    if not places or not isinstance(root, dict):
        return
    document = {name: value for name, value in root.items() if name not in ("$id", "$schema")}
    engine = _engine()
    registry = engine.Registry([(_URI, document)], draft=engine.Draft7, retriever=_fetch_nothing)
    for loc, schema in places:
        validator = _validator(registry, loc)
        for steps, value in _samples(schema) if validator else []:
            if validator and not validator.is_valid(value):
                message = f"{steps[0]} {quote(value)} does not fit the schema beside it."
                name = next((step for step in reversed(loc) if isinstance(step, str)), None)
                subject = f"Property {quote(name)}: " if name else "Input schema: "
                here = Site(site.findings, (*loc, *steps), subject)
                here.warn("schema-sample", message, *_retyped(here, value, validator))


def _retyped(site: Site, value: JSON, validator: Any) -> tuple[Remedy, ...]:
    """Offer the value without its quotes, or with them, where that fits."""
    better: JSON = reread(value) if isinstance(value, str) else None
    if isinstance(value, int | float) and validator.is_valid(quote(value)):
        better = quote(value)
    if better is None or not validator.is_valid(better):
        return ()
    return (Remedy(f"Write {quote(better)}", Put(site.loc, better)),)


def _samples(schema: dict[str, JSON]) -> list[tuple[Loc, JSON]]:
    if "$ref" in schema:
        return []
    found: list[tuple[Loc, JSON]] = [(("default",), schema["default"])] if "default" in schema else []
    for key in ("examples", "enum"):
        values = schema.get(key)
        if isinstance(values, list) and len(values) <= _MAX_VALUES:
            found += [((key, index), value) for index, value in enumerate(values)]
    return found


def _validator(registry: Any, loc: Loc) -> Any:
    """Return a validator of the schema at `loc`, or None."""
    engine = _engine()
    pointer = "".join(f"/{escape(str(step).replace('~', '~0').replace('/', '~1'))}" for step in loc)
    try:
        return engine.Draft7Validator(
            {"$ref": f"{_URI}#{pointer}"},
            registry=registry,
            pattern_options=_patterns(),
            validate_formats=True,
        )
    except (engine.ValidationError, engine.ReferencingError):
        # A construct that this validator does not take (an odd $id, say) is not the author's mistake.
        return None


def _fetch_nothing(uri: str) -> NoReturn:
    raise ValueError(f"{uri} is not fetched")
