"""Expressions on abstract values: compiled once for each text, evaluated at each visit of a state."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import Final

from flowlang.check_templates import parsed
from flowlang.dataflow import branches, calls, chains, guards, operators
from flowlang.dataflow.compiler import Code, Compiler, Maker
from flowlang.dataflow.scene import Scene
from flowlang.dataflow.values import ANY, Value
from flowlang.expressions import Expression

_MAKERS: Final[dict[type[ast.expr], Maker]] = {
    **operators.MAKERS,
    **branches.MAKERS,
    **dict.fromkeys((ast.Name, ast.Attribute, ast.Subscript), chains.chain),
    ast.Compare: guards.as_value,
    ast.Call: calls.call,
}


def evaluate(text: str, scene: Scene) -> Value:
    """Return what the expression can be; noted on the way: what it reads that may not be there.

    A text that is not an expression can be anything: that is found elsewhere.
    """
    code = compiled(text)
    return code(scene) if code else ANY


@lru_cache(maxsize=2_048)
def compiled(text: str) -> Code | None:
    """Return the code of an expression, or None when it is none."""
    found = parsed(text)
    return Compiler(found.source, _MAKERS).code(found.tree) if isinstance(found, Expression) else None
