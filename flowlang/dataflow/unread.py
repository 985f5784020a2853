"""What of the input nobody reads."""

from __future__ import annotations

from collections.abc import Iterable

from flowlang.dataflow.scene import Record
from flowlang.findings import Site, quote
from flowlang.problems import JSON


def check(site: Site, schema: dict[str, JSON], records: Iterable[Record]) -> None:
    """Hint at properties that no state reads, unless the input is passed on as a whole."""
    touched = set[str]().union(*(record.touched for record in records))
    properties = schema.get("properties")
    if not isinstance(properties, dict) or "$" in touched or not properties.keys() & touched:
        return
    for name in properties:
        if name not in touched and name != "_tokens":
            message = (
                f"Property {quote(name)}: No state reads it. Use it, or take it out of the input schema."
            )
            site.at("properties", name).hint("schema-unread", message, on_key=True)
