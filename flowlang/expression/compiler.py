"""From Python's syntax tree to closures, by an allow-list: what has no maker cannot be evaluated."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from flowlang import paths
from flowlang.expression.budget import Scope, Value
from flowlang.expression.source import ExpressionSyntaxError, Source

Code: TypeAlias = Callable[[Scope], Value]
Maker: TypeAlias = "Callable[[Compiler, Any], Code]"

_REFUSED: Final[dict[type[ast.AST], str]] = {
    ast.Lambda: "A function of one's own (lambda)",
    ast.NamedExpr: "An assignment (:=)",
    ast.Starred: "A star before a value",
    ast.Await: "await",
    ast.Yield: "yield",
    ast.YieldFrom: "yield",
}


class Compiler:
    """Compiles one expression and notes what it reads."""

    def __init__(self, source: Source, makers: Mapping[type[ast.AST], Maker]) -> None:
        self.source, self.makers = source, makers
        # The tree counts bytes, the author characters.
        self.paths = {len(source.code[:at].encode()): path for at, path in source.paths.items()}
        self.used_paths: dict[int, paths.Path] = {}
        self.names: set[str] = set()
        self.functions: set[str] = set()
        self.methods: set[str] = set()
        self.bound: frozenset[str] = frozenset()

    def compile(self, node: ast.expr) -> Code:
        """Return the closure for `node`. Raises ExpressionSyntaxError."""
        make = self.makers.get(type(node))
        if make is None:
            what = _REFUSED.get(type(node), "This form of Python")
            raise self.error(f"{what} is not supported in an expression.", node)
        return make(self, node)

    def error(self, message: str, node: ast.AST) -> ExpressionSyntaxError:
        """Return the error at the place of `node`."""
        return ExpressionSyntaxError(message, self.source.place(getattr(node, "col_offset", 0)))

    def path_at(self, node: ast.Name) -> paths.Path | None:
        """Return the path in backticks for which this name stands, if it does."""
        # Inside f-strings Python's places are not reliable, so the name itself is looked at as well.
        return None if node.id.strip("_") else self.paths.get(node.col_offset)

    def all(self, nodes: list[ast.expr]) -> list[Code]:
        """Return the closures for `nodes`."""
        return [self.compile(node) for node in nodes]
