"""How an expression makes values: operators, conditions, lists and objects, f-strings and comprehensions."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Final

from flowlang.expression.budget import ExpressionError, Scope, Value, as_key, name_kind, to_text
from flowlang.expression.compiler import Code, Compiler, Maker
from flowlang.expression.functions import items_of
from flowlang.expression.operators import BINARY, COMPARISONS, UNARY

MAX_ITERATIONS: Final = 10_000
_STEPS_OF_A_ROUND: Final = 4
# What a part costs, where it is not two half steps; measured, each in a loop of its own.
_HALF_STEPS: Final[dict[type[ast.AST], int]] = {
    ast.Constant: 1,
    ast.Name: 1,
    ast.Call: 10,
    ast.Slice: 10,
    ast.Set: 10,
    ast.Dict: 6,
    ast.List: 4,
    ast.Tuple: 4,
    ast.BinOp: 4,
    ast.Compare: 4,
    ast.JoinedStr: 6,
    ast.FormattedValue: 6,
}
_FORMAT_SPEC: Final = re.compile(
    r"(?:[^{}]?[<>=^])?[-+ ]?#?0?[0-9]{0,3}[,_]?(?:\.[0-9]{1,3})?[bdeEfFgGosxX%]?", re.ASCII
)
_CONVERSIONS: Final = (-1, ord("s"))


def _binary(compiler: Compiler, node: ast.BinOp) -> Code:
    apply = BINARY.get(type(node.op))
    if apply is None:
        raise compiler.error("This operator is not supported in an expression.", node)
    left, right = compiler.compile(node.left), compiler.compile(node.right)
    return lambda scope: apply(scope, left(scope), right(scope))


def _unary(compiler: Compiler, node: ast.UnaryOp) -> Code:
    apply, operand = UNARY[type(node.op)], compiler.compile(node.operand)
    return lambda scope: apply(scope, operand(scope))


def _boolean(compiler: Compiler, node: ast.BoolOp) -> Code:
    *firsts, last = compiler.all(node.values)
    stops_at = isinstance(node.op, ast.Or)

    def decide(scope: Scope) -> Value:
        for operand in firsts:
            value = operand(scope)
            if bool(value) is stops_at:
                return value
        return last(scope)

    return decide


def _conditional(compiler: Compiler, node: ast.IfExp) -> Code:
    test, yes, no = compiler.all([node.test, node.body, node.orelse])
    return lambda scope: yes(scope) if test(scope) else no(scope)


def _comparison(compiler: Compiler, node: ast.Compare) -> Code:
    first = compiler.compile(node.left)
    links = [
        (COMPARISONS[type(op)], code)
        for op, code in zip(node.ops, compiler.all(node.comparators), strict=True)
    ]

    def compare(scope: Scope) -> bool:
        left = first(scope)
        for test, operand in links:
            right = operand(scope)
            if not test(scope, left, right):
                return False
            left = right
        return True

    return compare


def _list_display(compiler: Compiler, node: ast.List) -> Code:
    members = compiler.all(node.elts)
    return lambda scope: [member(scope) for member in members]


def _tuple_display(compiler: Compiler, node: ast.Tuple) -> Code:
    members = compiler.all(node.elts)
    return lambda scope: tuple([member(scope) for member in members])


def _set_display(compiler: Compiler, node: ast.Set) -> Code:
    members = compiler.all(node.elts)
    return lambda scope: {as_key(scope, member(scope)) for member in members}


def _object_display(compiler: Compiler, node: ast.Dict) -> Code:
    keys = [key for key in node.keys if key is not None]
    if len(keys) < len(node.keys):
        raise compiler.error("A star before a value is not supported in an expression.", node)
    members = list(zip(compiler.all(keys), compiler.all(node.values), strict=True))
    return lambda scope: {as_key(scope, key(scope)): value(scope) for key, value in members}


def _joined(compiler: Compiler, node: ast.JoinedStr) -> Code:
    parts = compiler.all(node.values)

    def join(scope: Scope) -> str:
        # Added one by one, so that each sum is checked before the next part is made.
        text = ""
        for part in parts:
            text = scope.made_text(text + to_text(scope, part(scope)))
        return text

    return join


def _formatted(compiler: Compiler, node: ast.FormattedValue) -> Code:
    spec = _format_spec(compiler, node)
    value = compiler.compile(node.value)
    if not spec:
        return lambda scope: to_text(scope, value(scope))

    def show(scope: Scope) -> str:
        shown = value(scope)
        if not isinstance(shown, (str, int, float)):
            raise ExpressionError(f"a width or precision does not fit {name_kind(shown)}")
        return scope.made_text(
            format(shown, spec), max(len(shown), 2_000) if isinstance(shown, str) else 2_000
        )

    return show


def _format_spec(compiler: Compiler, node: ast.FormattedValue) -> str:
    parts = node.format_spec.values if isinstance(node.format_spec, ast.JoinedStr) else []
    texts = [part.value for part in parts if isinstance(part, ast.Constant)]
    spec = "".join(text for text in texts if isinstance(text, str))
    if len(texts) < len(parts) or not _FORMAT_SPEC.fullmatch(spec) or node.conversion not in _CONVERSIONS:
        raise compiler.error("This format is not supported; use a plain one such as {x:.2f}.", node)
    return spec


class _Loops:
    """The `for ... in ... if ...` clauses of one comprehension."""

    def __init__(self, compiler: Compiler, clauses: list[ast.comprehension], body: list[ast.expr]) -> None:
        outer = compiler.bound
        self.levels: list[tuple[Callable[[Scope, Value], None], Code, list[Code]]] = []
        for clause in clauses:
            iterable = compiler.compile(clause.iter)
            bind = _target(compiler, clause.target)
            self.levels.append((bind, iterable, compiler.all(clause.ifs)))
        self.body = compiler.all(body)
        compiler.bound = outer
        # Paid for each round, as if all of it were evaluated: cheaper than counting in every closure.
        parts = [*body, *(part for clause in clauses for part in (*clause.ifs, clause.iter))]
        self.steps_per_round = _STEPS_OF_A_ROUND + sum(map(_half_steps, parts)) // 2

    def rounds(self, scope: Scope) -> Iterator[None]:
        """Bind the names of each round that the conditions let through; the body is evaluated in between."""
        outer, scope.local = scope.local, dict(scope.local)
        yield from self._rounds_of(scope, 0, [MAX_ITERATIONS])
        scope.local = outer

    def _rounds_of(self, scope: Scope, level: int, left: list[int]) -> Iterator[None]:
        bind, iterable, conditions = self.levels[level]
        is_innermost = level + 1 == len(self.levels)
        for item in items_of(scope, iterable(scope)):
            left[0] -= 1
            if left[0] < 0:
                raise ExpressionError(f"a comprehension goes through more than {MAX_ITERATIONS:,} items")
            scope.spend(self.steps_per_round)
            bind(scope, item)
            if conditions and not all(condition(scope) for condition in conditions):
                continue
            if is_innermost:
                yield
            else:
                yield from self._rounds_of(scope, level + 1, left)


def _half_steps(node: ast.AST) -> int:
    return sum(_HALF_STEPS.get(type(part), 2) for part in ast.walk(node) if isinstance(part, ast.expr))


def _target(compiler: Compiler, node: ast.expr) -> Callable[[Scope, Value], None]:
    if isinstance(node, ast.Name) and compiler.path_at(node) is None:
        name = node.id
        compiler.bound |= {name}
        return lambda scope, item: scope.local.__setitem__(name, item)
    if not isinstance(node, (ast.Tuple, ast.List)):
        raise compiler.error("Only names can stand between for and in.", node)
    binds = [_target(compiler, each) for each in node.elts]

    def bind(scope: Scope, item: Value) -> None:
        if not isinstance(item, (list, tuple)) or len(item) != len(binds):
            raise ExpressionError(
                f"an item does not have the {len(binds)} parts that the comprehension names"
            )
        for each, part in zip(binds, item, strict=True):
            each(scope, part)

    return bind


def _list_comprehension(compiler: Compiler, node: ast.ListComp | ast.GeneratorExp) -> Code:
    loops = _Loops(compiler, node.generators, [node.elt])
    (element,) = loops.body
    return lambda scope: [element(scope) for _ in loops.rounds(scope)]


def _set_comprehension(compiler: Compiler, node: ast.SetComp) -> Code:
    loops = _Loops(compiler, node.generators, [node.elt])
    (element,) = loops.body
    return lambda scope: {as_key(scope, element(scope)) for _ in loops.rounds(scope)}


def _object_comprehension(compiler: Compiler, node: ast.DictComp) -> Code:
    loops = _Loops(compiler, node.generators, [node.key, node.value])
    key, value = loops.body
    return lambda scope: {as_key(scope, key(scope)): value(scope) for _ in loops.rounds(scope)}


MAKERS: Final[dict[type[ast.AST], Maker]] = {
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _boolean,
    ast.IfExp: _conditional,
    ast.Compare: _comparison,
    ast.List: _list_display,
    ast.Tuple: _tuple_display,
    ast.Set: _set_display,
    ast.Dict: _object_display,
    ast.JoinedStr: _joined,
    ast.FormattedValue: _formatted,
    ast.ListComp: _list_comprehension,
    ast.GeneratorExp: _list_comprehension,
    ast.SetComp: _set_comprehension,
    ast.DictComp: _object_comprehension,
}
