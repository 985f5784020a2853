"""From the syntax tree of an expression to closures over scenes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from flowlang import paths
from flowlang.dataflow.scene import Scene
from flowlang.dataflow.values import ANY, Value
from flowlang.expression.source import Source

Code: TypeAlias = Callable[[Scene], Value]
Maker: TypeAlias = "Callable[[Compiler, Any], Code]"


class Compiler:
    """Compiles one expression. `bound`: names that comprehensions around have bound."""

    def __init__(self, source: Source, makers: Mapping[type[ast.expr], Maker]) -> None:
        self.source, self.makers = source, makers
        self.paths = {len(source.code[:at].encode()): path for at, path in source.paths.items()}
        self.bound: frozenset[str] = frozenset()

    def code(self, node: ast.expr) -> Code:
        """Return the code of one node; what is not understood can be anything, its parts are looked at."""
        make = self.makers.get(type(node))
        if make is not None:
            return make(self, node)
        parts = [self.code(below) for below in ast.iter_child_nodes(node) if isinstance(below, ast.expr)]

        def run(scene: Scene) -> Value:
            for part in parts:
                part(scene)
            return ANY

        return run

    def codes(self, nodes: list[ast.expr]) -> list[Code]:
        """Return the code of each node."""
        return [self.code(node) for node in nodes]

    def path_at(self, node: ast.expr) -> paths.Path | None:
        """Return the path in backticks for which a name stands, if it does."""
        is_stand_in = isinstance(node, ast.Name) and not node.id.strip("_")
        return self.paths.get(node.col_offset) if is_stand_in else None

    def place(self, node: ast.expr) -> int:
        """Return the author's offset of `node`."""
        return self.source.place(node.col_offset)
