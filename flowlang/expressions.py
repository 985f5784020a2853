"""Expressions (fields that end in `.=`): an allow-list of Python syntax, evaluated under budgets."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Final

from flowlang.expression import forms, functions, methods, reads
from flowlang.expression.budget import Allowance, ExpressionError, Scope, to_json
from flowlang.expression.compiler import Code, Compiler
from flowlang.expression.source import ExpressionSyntaxError, Source, prepare
from flowlang.paths import Path
from flowlang.problems import JSON, FlowError

__all__ = [
    "ABSENT",
    "ABSENT_METHODS",
    "FUNCTIONS",
    "METHODS",
    "RANDOM",
    "Allowance",
    "Expression",
    "ExpressionSyntaxError",
    "evaluate",
    "parse",
]

FUNCTIONS: Final = frozenset(functions.FUNCTIONS)
RANDOM: Final = functions.RANDOM
ABSENT: Final = functions.ABSENT
METHODS: Final = methods.METHODS
ABSENT_METHODS: Final = methods.ABSENT_METHODS
MAX_NODES: Final = 2_000
MAX_DEPTH: Final = 100
_MAKERS: Final = {**reads.MAKERS, **forms.MAKERS}
_UNCOUNTED: Final = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
# What Python itself may raise for odd values that no check of ours foresees; its words may repeat the value.
_PYTHON_ERRORS: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression.

    names      top-level run-data names that it reads (without `_context`)
    paths      the paths in backticks, in the order of the text
    functions  names that it calls; those not in FUNCTIONS fail when evaluated
    methods    names of methods that it calls and no value has: they fail, too
    newlines   offsets of raw newlines inside quotes, which Python would refuse and which are understood here
    source     the text as Python reads it, and the tree of it: for those who look at its parts
    """

    text: str
    names: frozenset[str]
    paths: tuple[Path, ...]
    functions: frozenset[str]
    methods: frozenset[str]
    newlines: tuple[int, ...]
    source: Source = field(repr=False, compare=False)
    tree: ast.expr = field(repr=False, compare=False)
    _code: Code = field(repr=False, compare=False)


def parse(text: str) -> Expression:
    """Return the expression that `text` writes.

    text    Python's expression syntax without lambda, assignment and stars; paths in backticks are values
    Raises  ExpressionSyntaxError (a ValueError with `.offset`, code points) naming what is wrong
    Source  Flows documentation, "Expressions"; simpleeval's operators and forms
    """
    source = prepare(text)
    if not source.code:
        raise ExpressionSyntaxError("The expression is empty.", 0)
    tree = _parse_python(source)
    # Each part takes a character at least, so that a short text is neither large nor deep.
    if len(source.code) > MAX_DEPTH:
        _check_size(tree)
    compiler = Compiler(source, _MAKERS)
    code = compiler.compile(tree)
    if len(compiler.used_paths) < len(source.paths):
        raise ExpressionSyntaxError(
            "A path in backticks can stand only where a value can.", source.indent + min(source.paths)
        )
    return Expression(
        text=text,
        names=frozenset(compiler.names),
        paths=tuple(compiler.used_paths[at] for at in sorted(compiler.used_paths)),
        functions=frozenset(compiler.functions),
        methods=frozenset(compiler.methods),
        newlines=source.newlines,
        source=source,
        tree=tree,
        _code=code,
    )


def evaluate(expression: Expression, data: JSON, context: JSON, allowance: Allowance | None = None) -> JSON:
    """Return the value of `expression` as JSON.

    data       the run data; its top-level members are the names; never changed
    context    what `_context` and `$._context` stand for
    allowance  what it shares with others of its template; by default it stands alone
    Raises     FlowError("States.Runtime") whose cause says why there is no value, without repeating run data
    """
    shared = allowance or Allowance()
    scope = Scope(data, context, shared)
    before = scope.left_steps
    try:
        return to_json(scope, expression._code(scope))
    except ExpressionError as error:
        raise FlowError("States.Runtime", f"{error}.") from error
    except _PYTHON_ERRORS as error:
        raise FlowError("States.Runtime", f"{_reason(error)}.") from error
    finally:
        shared.left_steps -= before - scope.left_steps


def _reason(error: Exception) -> str:
    if isinstance(error, ZeroDivisionError):
        return "it divides by zero"
    if isinstance(error, (MemoryError, RecursionError)):
        return "it is too deeply nested"
    return f"a value does not fit where it is used ({type(error).__name__})"


def _parse_python(source: Source) -> ast.expr:
    try:
        return ast.parse(source.code, mode="eval").body
    except SyntaxError as error:
        at = max((error.offset or 1) - 1, 0)
        is_assignment = source.code.startswith("=", at) or "Maybe you meant '=='" in error.msg
        said = f"This is not an expression: {error.msg}."
        message = "An expression cannot assign; to compare, write ==." if is_assignment else said
        raise ExpressionSyntaxError(message, source.indent + at) from error
    except (MemoryError, RecursionError) as error:
        raise ExpressionSyntaxError("The expression is too deeply nested.", 0) from error
    except ValueError as error:
        raise ExpressionSyntaxError("The expression holds a character that cannot stand in it.", 0) from error


def _check_size(tree: ast.expr) -> None:
    pending: list[tuple[ast.AST, int]] = [(tree, 1)]
    count = 0
    while pending:
        node, depth = pending.pop()
        count += 1
        if depth > MAX_DEPTH:
            raise ExpressionSyntaxError(f"An expression can be nested {MAX_DEPTH} levels deep at most.", 0)
        if count > MAX_NODES:
            raise ExpressionSyntaxError(f"An expression can have {MAX_NODES:,} parts at most.", 0)
        below = [child for child in ast.iter_child_nodes(node) if not isinstance(child, _UNCOUNTED)]
        pending.extend((child, depth + 1) for child in below)
