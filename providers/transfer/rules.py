"""Filter rules: which items of a folder take part in a recursive transfer. Pure.

Source: Transfer API, filter_rules: each item found while a folder is walked is matched against the rules in
their order; the method of the first that matches holds; an item that none matches is included; below a
folder that is excluded nothing is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any


def is_included(rules: Sequence[Mapping[str, Any]], name: str, kind: str) -> bool:
    """Whether an item takes part.

    rules  [{"method": "include" | "exclude", "name": pattern, "type": "file" | "dir" (absent: both)}]
    kind   what the item is: "file" or "dir"
    """
    for rule in rules:
        if rule.get("type") in (None, kind) and fnmatchcase(name, rule["name"]):
            return str(rule.get("method", "exclude")) == "include"
    return True
