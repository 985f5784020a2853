"""The codes that the source can report, read from the source itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from flowlang.rules import STATES

SOURCE = Path(__file__).parents[2] / "flowlang"
_CODE = re.compile(r"[a-z]+(-[a-z]+)+")
# What a module that reports something works with.
_TOOLS = re.compile(r"\b(Site|Flaw|TextProblem)\b")
_ENDING = re.compile(r"-[a-z]+")
# Functions that report, and which of their arguments is the code.
_REPORTS = {"error": 0, "warn": 0, "hint": 0, "Flaw": 0, "TextProblem": 2, "report": 0}
_STEMS = {choice.code for kind in STATES.values() for choice in kind.alternatives}


def emitted() -> set[str]:
    """Return every code that some call of the source reports."""
    texts = (path.read_text() for path in SOURCE.rglob("*.py"))
    return {code for text in texts if _TOOLS.search(text) for code in _codes(ast.parse(text))}


def _codes(module: ast.Module) -> Iterator[str]:
    named = dict(_definitions(module))
    for function in [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]:
        for call in [node for node in ast.walk(function) if isinstance(node, ast.Call)]:
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            place = _REPORTS.get(name, 99)
            if len(call.args) > place:
                yield from _resolve(call.args[place], function, named)


def _definitions(module: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Yield what a module defines at its top, by name."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, node


def _resolve(code: ast.expr, function: ast.AST, named: dict[str, ast.AST]) -> set[str]:
    """Return what the argument `code` of a call inside `function` can be.

    1. What is written there; a stem with an ending stands for that ending of every pair of alternatives.
    2. Else what the functions and tables named there hold.
    3. Else what the function itself holds, or what the functions that it calls hold.
    """
    if isinstance(code, ast.JoinedStr):
        endings = [str(part.value) for part in code.values if isinstance(part, ast.Constant)]
        return {f"{stem}{e}" for e in endings if _ENDING.fullmatch(e) for stem in _stems(e)}
    if isinstance(code, ast.Constant):
        return _texts(code)
    return _texts(code) or _reach(code, named) or _texts(function) or _reach(function, named)


def _stems(ending: str) -> set[str]:
    required = {c.code for kind in STATES.values() for c in kind.alternatives if c.required}
    return required if ending == "-missing" else _STEMS


def _reach(start: ast.AST, named: dict[str, ast.AST]) -> set[str]:
    found, seen, pending = set[str](), set[str](), [start]
    while pending:
        names = {node.id for node in ast.walk(pending.pop()) if isinstance(node, ast.Name)}
        for name in (names & named.keys()) - seen:
            seen.add(name)
            pending.append(named[name])
            found |= _texts(named[name])
    return found


def _texts(node: ast.AST) -> set[str]:
    values = (inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant))
    return {value for value in values if isinstance(value, str) and _CODE.fullmatch(value)}
