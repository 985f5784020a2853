"""Conditions inside expressions: whether they hold, and what is known where they do."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from flowlang import paths
from flowlang.dataflow import chains, kinds
from flowlang.dataflow.compiler import Code, Compiler
from flowlang.dataflow.places import NO, YES, assume, assume_absent
from flowlang.dataflow.scene import Scene
from flowlang.dataflow.values import ANY, ARRAY, BOOLEANS, NULL, TEXT, Value, constant, words
from flowlang.path_syntax import Step


class Verdict(NamedTuple):
    """Whether a condition holds (None: it depends), and the scenes where it does and where it does not."""

    truth: bool | None
    yes: Scene
    no: Scene


Test: TypeAlias = Callable[[Scene], Verdict]


def test(compiler: Compiler, node: ast.expr) -> Test:
    """Return the test that a condition makes."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _negated(test(compiler, node.operand))
    if isinstance(node, ast.BoolOp):
        return _combined(
            [test(compiler, value) for value in node.values], stops_at=isinstance(node.op, ast.Or)
        )
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "is_present":
        return _is_present(compiler, node)
    if isinstance(node, ast.Compare):
        return _comparison(compiler, node)
    steps, code = _asked(compiler, node), compiler.code(node)

    def run(scene: Scene) -> Verdict:
        value = code(scene)
        yes = scene.where(assume(scene.root, steps, None, scene.ids)) if steps else scene
        return Verdict(kinds.truth(value), yes, scene)

    return run


def as_value(compiler: Compiler, node: ast.expr) -> Code:
    """Return the code of a condition that is used as a value."""
    holds = test(compiler, node)

    def run(scene: Scene) -> Value:
        truth = holds(scene).truth
        return BOOLEANS if truth is None else constant(truth)

    return run


def _negated(inner: Test) -> Test:
    def run(scene: Scene) -> Verdict:
        verdict = inner(scene)
        return Verdict(None if verdict.truth is None else not verdict.truth, verdict.no, verdict.yes)

    return run


def _combined(tests: list[Test], *, stops_at: bool) -> Test:
    """Return the test of `and` or `or`: a part is looked at only where those before it allow it."""

    def run(scene: Scene) -> Verdict:
        here, is_open = scene, False
        for each in tests:
            verdict = each(here)
            if verdict.truth is stops_at:
                return Verdict(stops_at, scene, scene)
            is_open = is_open or verdict.truth is None
            here = verdict.no if stops_at else verdict.yes
            if verdict.truth is None:
                here = here.where(is_sure=False, is_guarded=True)
        through = here.where()
        through.is_sure, through.is_guarded = scene.is_sure, scene.is_guarded
        truth = None if is_open else not stops_at
        return Verdict(truth, scene, through) if stops_at else Verdict(truth, through, scene)

    return run


def _is_present(compiler: Compiler, node: ast.Call) -> Test:
    path = named_path(node)
    others = compiler.codes(node.args)

    def run(scene: Scene) -> Verdict:
        if path is None:
            found_anywhere(scene, others)
        if path is None or path.reads_context:
            return Verdict(None, scene, scene)
        presence = scene.find(path).presence
        truth = True if presence == YES else False if presence == NO else None
        yes = scene.where(assume(scene.root, path.steps, None, scene.ids))
        return Verdict(truth, yes, scene.where(assume_absent(scene.root, path.steps, scene.ids)))

    return run


def found_anywhere(scene: Scene, arguments: list[Code]) -> Value:
    """Return what is_present() or getattr() finds at a place that is worked out: it can be anywhere."""
    for argument in arguments:
        argument(scene)
    scene.all_read()
    return ANY


def _asked(compiler: Compiler, node: ast.expr) -> tuple[Step, ...]:
    """Return the place of the run data that `node` asks for, if it is a getattr() of one."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
        default = (
            node.args[1].value if len(node.args) > 1 and isinstance(node.args[1], ast.Constant) else None
        )
        path = named_path(node)
        if path is not None and not path.reads_context and not default and len(node.args) < 3:
            return path.steps if len(node.args) == 1 or isinstance(node.args[1], ast.Constant) else ()
    return ()


@lru_cache(maxsize=1_024)
def _data_path(text: str) -> paths.Path | None:
    """Return the path that is_present() and getattr() make of their text."""
    try:
        return paths.parse(
            text if text.startswith("$") else f"${text}" if text.startswith("[") else f"$.{text}"
        )
    except paths.PathSyntaxError:
        return None


def named_path(node: ast.Call) -> paths.Path | None:
    """Return the path that is_present() or getattr() is called with, if it is a constant."""
    text = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
    return _data_path(text) if isinstance(text, str) else None


# --- comparisons


_NONE_TESTS: Final = (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)


def _comparison(compiler: Compiler, node: ast.Compare) -> Test:
    if len(node.ops) == 1 and isinstance(node.ops[0], _NONE_TESTS) and _is_none(node.comparators[0]):
        return _against_none(compiler, node)
    if len(node.ops) == 1 and isinstance(node.ops[0], (ast.In, ast.NotIn)):
        return _membership(compiler, node)
    codes = compiler.codes([node.left, *node.comparators])
    offset = compiler.place(node)

    def run(scene: Scene) -> Verdict:
        left, truths = codes[0](scene), list[bool | None]()
        for op, code in zip(node.ops, codes[1:], strict=True):
            # The second and those after it are looked at only where all before them hold.
            here = scene.where(is_sure=False) if truths else scene
            right = code(here)
            truths.append(_compare(here, op, (left, right), offset))
            left = right
        truth = False if False in truths else True if all(truths) else None
        return Verdict(truth, scene, scene)

    return run


def _compare(scene: Scene, op: ast.cmpop, pair: tuple[Value, Value], offset: int) -> bool | None:
    left, right = pair
    if isinstance(op, (ast.Eq, ast.NotEq)):
        for one, other in (pair, (right, left)):
            if other.constants:
                scene.use(one, other.kinds & ~NULL)
        found = kinds.equal(left, right)
        return found if found is None or isinstance(op, ast.Eq) else not found
    rows = kinds.CONTAINED if isinstance(op, (ast.In, ast.NotIn)) else kinds.ORDERED
    if isinstance(op, (ast.Is, ast.IsNot)):
        return None
    if left.kinds and right.kinds and not kinds.combined(rows, left.kinds, right.kinds):
        scene.wrong("operator", f"cannot compare {words(left.kinds)} with {words(right.kinds)}", offset)
    return None


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _against_none(compiler: Compiler, node: ast.Compare) -> Test:
    steps, code = _asked(compiler, node.left), compiler.code(node.left)
    is_same = isinstance(node.ops[0], (ast.Is, ast.Eq))

    def run(scene: Scene) -> Verdict:
        value = code(scene)
        truth = None if value.kinds & NULL else False if value.kinds else None
        truth = True if value.kinds == NULL else truth
        there = scene.where(assume(scene.root, steps, None, scene.ids)) if steps else scene
        verdict = Verdict(truth, scene, there)
        if is_same:
            return verdict
        return Verdict(None if truth is None else not truth, there, scene)

    return run


def _membership(compiler: Compiler, node: ast.Compare) -> Test:
    """Return the test of `'key' in some.object`: where it holds, the member is there."""
    left, right = compiler.code(node.left), compiler.code(node.comparators[0])
    key = node.left.value if isinstance(node.left, ast.Constant) else None
    owner = chains.data_steps(compiler, node.comparators[0])
    offset, is_in = compiler.place(node), isinstance(node.ops[0], ast.In)

    def run(scene: Scene) -> Verdict:
        a, b = left(scene), right(scene)
        _compare(scene, node.ops[0], (a, b), offset)
        yes = scene
        if owner and isinstance(key, str) and not b.kinds & (TEXT | ARRAY):
            yes = scene.where(assume(scene.root, (*owner, key), None, scene.ids))
        return Verdict(None, yes, scene) if is_in else Verdict(None, scene, yes)

    return run
