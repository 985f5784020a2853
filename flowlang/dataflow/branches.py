"""Expressions that branch and loop: and, or, if-else, comprehensions."""

from __future__ import annotations

import ast
from typing import Final

from flowlang.dataflow import guards, kinds
from flowlang.dataflow.compiler import Code, Compiler, Maker
from flowlang.dataflow.joining import join
from flowlang.dataflow.places import item
from flowlang.dataflow.scene import Scene
from flowlang.dataflow.values import ANY, ARRAY, NOTHING, OBJECT, OBJECTS, TEXT, TEXTS, Value, list_of, words


def _boolean(compiler: Compiler, node: ast.BoolOp) -> Code:
    tests = [guards.test(compiler, value) for value in node.values]
    codes = compiler.codes(node.values)
    stops_at = isinstance(node.op, ast.Or)

    def run(scene: Scene) -> Value:
        made, here = NOTHING, scene
        for test, code in zip(tests, codes, strict=True):
            silent = here.silent()
            value = code(silent)
            verdict = test(here)
            if verdict.truth is not None and verdict.truth is not stops_at and code is not codes[-1]:
                continue
            made = join(made, value)
            if verdict.truth is stops_at:
                break
            here = (verdict.no if stops_at else verdict.yes).where(is_sure=False, is_guarded=True)
        return made

    return run


def _conditional(compiler: Compiler, node: ast.IfExp) -> Code:
    test, yes, no = guards.test(compiler, node.test), compiler.code(node.body), compiler.code(node.orelse)

    def run(scene: Scene) -> Value:
        verdict = test(scene)
        if verdict.truth is not None:
            return yes(verdict.yes) if verdict.truth else no(verdict.no)
        return join(
            yes(verdict.yes.where(is_sure=False, is_guarded=True)),
            no(verdict.no.where(is_sure=False, is_guarded=True)),
        )

    return run


def _comprehension(
    compiler: Compiler, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
) -> Code:
    outer = compiler.bound
    levels = []
    for clause in node.generators:
        iterable, offset = compiler.code(clause.iter), compiler.place(clause.iter)
        names = [part.id for part in ast.walk(clause.target) if isinstance(part, ast.Name)]
        compiler.bound |= set(names)
        is_plain = isinstance(clause.target, ast.Name)
        levels.append((iterable, offset, names, is_plain, [guards.test(compiler, c) for c in clause.ifs]))
    body = compiler.codes([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])
    compiler.bound = outer
    is_object = isinstance(node, ast.DictComp)

    def run(scene: Scene) -> Value:
        inner = scene
        for index, (iterable, offset, names, is_plain, tests) in enumerate(levels):
            each = _each(inner, iterable(inner), offset)
            inner = inner.where(is_sure=False) if index else scene.where(is_sure=False)
            bound = dict.fromkeys(names, each if is_plain else ANY)
            inner.local = {**inner.local, **bound}
            for test in tests:
                inner = test(inner).yes
        made = [part(inner) for part in body]
        return OBJECTS if is_object else list_of(made[0])

    return run


def _each(scene: Scene, value: Value, offset: int) -> Value:
    """Return what going through `value` gives."""
    if value.kinds and not value.kinds & kinds.ITERABLE:
        scene.wrong("operator", f"goes through {words(value.kinds)}", offset)
    scene.use(value, ARRAY)
    if value.origins:
        return item(value, 0)[1]
    if value.kinds == ARRAY and value.items is not None and value.items.each.kinds:
        return value.items.each
    return TEXTS if value.kinds in (TEXT, OBJECT) else ANY


MAKERS: Final[dict[type[ast.expr], Maker]] = {
    ast.BoolOp: _boolean,
    ast.IfExp: _conditional,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _comprehension,
}
