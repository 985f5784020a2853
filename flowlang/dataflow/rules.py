"""Choice rules on abstract values: whether they can hold, and what is known of the run data where they do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

from flowlang.check_values import parsed
from flowlang.choices import OPERATORS, compile_pattern
from flowlang.dataflow.places import NO, YES, assume, assume_absent
from flowlang.dataflow.scene import Scene
from flowlang.dataflow.values import (
    ALL,
    BOOLEAN,
    NULL,
    NUMBER,
    TEXT,
    Value,
    constant,
    kind_of,
    of_kinds,
    words,
)
from flowlang.paths import Path
from flowlang.problems import JSON, Loc

_KINDS: Final = {"String": TEXT, "Numeric": NUMBER, "Boolean": BOOLEAN, "Timestamp": TEXT}
_TYPE_TESTS: Final = {
    "IsNull": NULL, "IsString": TEXT, "IsNumeric": NUMBER, "IsBoolean": BOOLEAN, "IsTimestamp": TEXT,
}  # fmt: skip


_OPERANDS: Final = {
    name: next((kinds for stem, kinds in _KINDS.items() if name.startswith(stem)), ALL) for name in OPERATORS
}


class Verdict(NamedTuple):
    """Whether a rule holds (None: it depends); the run data where it does, and where it does not.

    reason  why it never or always holds: "kind" or "constant", and what is there in words
    """

    truth: bool | None
    yes: Value
    no: Value
    reason: tuple[str, str] = ("", "")


Test: TypeAlias = Callable[[Scene], Verdict]


def compiled(rule: JSON, loc: Loc) -> Test:
    """Return the test of a choice rule; of one that is malformed nothing is known."""
    if not isinstance(rule, dict):
        return _unknown
    if "Not" in rule:
        return _negated(compiled(rule["Not"], (*loc, "Not")))
    for name in ("And", "Or"):
        parts = rule.get(name)
        if name in rule:
            tests = [
                compiled(part, (*loc, name, index))
                for index, part in enumerate(parts if isinstance(parts, list) else [])
            ]
            return _combined(tests, stops_at=name == "Or") if tests else _unknown
    return _comparison(rule, loc)


def _unknown(scene: Scene) -> Verdict:
    return Verdict(None, scene.root, scene.root)


def _negated(inner: Test) -> Test:
    def run(scene: Scene) -> Verdict:
        found = inner(scene)
        return Verdict(None if found.truth is None else not found.truth, found.no, found.yes, found.reason)

    return run


def _combined(tests: list[Test], *, stops_at: bool) -> Test:
    def run(scene: Scene) -> Verdict:
        here, is_open, reason = scene, False, ("", "")
        for test in tests:
            found = test(here)
            through = found.no if stops_at else found.yes
            if found.truth is stops_at:
                yes = found.yes if stops_at and not is_open else scene.root
                return Verdict(stops_at, yes, scene.root, found.reason)
            is_open = is_open or found.truth is None
            reason = found.reason if found.truth is not None else reason
            is_sure = found.truth is not None
            here = here.going_on(through, is_sure=is_sure, is_guarded=not is_sure)
        truth = None if is_open else not stops_at
        last = here.root
        return (
            Verdict(truth, scene.root, last, reason) if stops_at else Verdict(truth, last, scene.root, reason)
        )

    return run


def _comparison(rule: dict[str, JSON], loc: Loc) -> Test:
    operator = next(filter(OPERATORS.__contains__, rule), "")
    text = rule.get("Variable")
    path = parsed(text) if isinstance(text, str) else None
    if not isinstance(path, Path) or not operator:
        return _unknown
    operand, where = rule[operator], (*loc, "Variable")
    if operator == "IsPresent":
        return _is_present(path, operand) if isinstance(operand, bool) else _unknown
    if operator in _TYPE_TESTS:
        return _is_kind(path, where, operator, operand) if isinstance(operand, bool) else _unknown
    kind = _OPERANDS[operator]
    if operator.endswith("Path"):
        other = parsed(operand) if isinstance(operand, str) else None
        return (
            _against_path(path, where, (other, (*loc, operator)), operator)
            if isinstance(other, Path)
            else _unknown
        )
    return _against(path, where, operator, operand) if kind_of(operand) == kind else _unknown


def _is_present(path: Path, wanted: bool) -> Test:
    def run(scene: Scene) -> Verdict:
        presence = scene.find(path).presence
        truth = True if presence == YES else False if presence == NO else None
        there, gone = scene.root, scene.root
        if not path.reads_context:
            there = assume(scene.root, path.steps, None, scene.ids)
            gone = assume_absent(scene.root, path.steps, scene.ids)
        reason = ("constant", "it is always there" if truth else "it is never there")
        if wanted:
            return Verdict(truth, there, gone, reason)
        return Verdict(None if truth is None else not truth, gone, there, reason)

    return run


def _variable(scene: Scene, path: Path, loc: Loc) -> tuple[Value, Value]:
    """Return what `path` leads to, and the run data in which it is known to be there."""
    scene.loc = loc
    reading = scene.reading(path)
    there = scene.root if reading.presence == YES else _narrowed(scene, path, reading.value)
    return reading.value, there


def _narrowed(scene: Scene, path: Path, value: Value) -> Value:
    """Return the run data in which `path` leads to `value`."""
    return scene.root if path.reads_context else assume(scene.root, path.steps, value, scene.ids)


def _only(value: Value, kinds: int) -> Value:
    """Return `value` as far as it is of these kinds."""
    if not value.kinds & kinds or not value.kinds & ~kinds:
        return value
    if value.constants is not None:
        return Value(value.kinds & kinds, frozenset(c for c in value.constants if c[0] & kinds) or None)
    if value.members is None and value.items is None and not value.origins:
        return of_kinds(value.kinds & kinds)
    return Value(value.kinds & kinds, None, value.members, value.items, value.origins)


def _is_kind(path: Path, loc: Loc, operator: str, wanted: bool) -> Test:
    kind = _TYPE_TESTS[operator]

    def run(scene: Scene) -> Verdict:
        value, _ = _variable(scene, path, loc)
        truth = False if value.kinds and not value.kinds & kind else None
        truth = True if value.kinds == kind and operator != "IsTimestamp" else truth
        is_so = _narrowed(scene, path, _only(value, kind))
        is_not = (
            scene.root if operator == "IsTimestamp" else _narrowed(scene, path, _only(value, ALL & ~kind))
        )
        reason = ("kind", f"it is {words(value.kinds)}")
        if wanted:
            return Verdict(truth, is_so, is_not, reason)
        return Verdict(None if truth is None else not truth, is_not, is_so, reason)

    return run


def _against(path: Path, loc: Loc, operator: str, operand: JSON) -> Test:
    kind, is_equals = kind_of(operand), operator in _EQUALS
    hint = "date-time" if operator.startswith("Timestamp") else ""

    def run(scene: Scene) -> Verdict:
        value, after = _variable(scene, path, loc)
        scene.use(value, kind, hint)
        if value.kinds and not value.kinds & kind:
            return Verdict(False, after, after, ("kind", f"it is {words(value.kinds)}"))
        truth, reason = _by_constants(value, operator, operand)
        equal = constant(operand) if is_equals else _only(value, kind)
        other = _without(value, operand) if is_equals else value
        yes = after if equal is value else _narrowed(scene, path, equal)
        return Verdict(truth, yes, after if other is value else _narrowed(scene, path, other), reason)

    return run


_EQUALS: Final = ("StringEquals", "BooleanEquals")


def _without(value: Value, operand: JSON) -> Value:
    if value.constants is None:
        return value
    left = frozenset(c for c in value.constants if c != (kind_of(operand), operand))
    kinds = 0
    for kind, _ in left:
        kinds |= kind
    return Value(kinds, left) if left else value


def _by_constants(value: Value, operator: str, operand: JSON) -> tuple[bool | None, tuple[str, str]]:
    """Return whether all that the value can be answers alike."""
    if value.constants is None or not value.constants:
        return None, ("", "")
    compare = _pattern(operand) if operator == "StringMatches" else _COMPARE.get(operator)
    if compare is None:
        return None, ("", "")
    kind = kind_of(operand)
    found = {other_kind == kind and compare(other, operand) for other_kind, other in value.constants}
    shown = " or ".join(
        sorted(f'"{other}"' if isinstance(other, str) else _word(other) for _, other in value.constants)
    )
    return (found.pop() if len(found) == 1 else None), ("constant", f"it is always {shown}")


def _pattern(operand: JSON) -> Callable[[JSON, JSON], bool] | None:
    try:
        pattern = compile_pattern(operand) if isinstance(operand, str) else None
    except ValueError:
        return None
    return (lambda text, _: isinstance(text, str) and pattern.matches(text)) if pattern else None


def _word(value: JSON) -> str:
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _comparers() -> dict[str, Callable[[JSON, JSON], bool]]:
    orders: dict[str, Callable[[float, float], bool]] = {
        "Equals": lambda a, b: a == b,
        "LessThan": lambda a, b: a < b,
        "GreaterThan": lambda a, b: a > b,
        "LessThanEquals": lambda a, b: a <= b,
        "GreaterThanEquals": lambda a, b: a >= b,
    }
    found = {f"{stem}{name}": order for stem in ("String", "Numeric") for name, order in orders.items()}
    return {**found, "BooleanEquals": orders["Equals"]}  # type: ignore[dict-item]


_COMPARE: Final = _comparers()


def _against_path(path: Path, loc: Loc, other: tuple[Path, Loc], operator: str) -> Test:
    kind = next(kinds for stem, kinds in _KINDS.items() if operator.startswith(stem))
    operand, operand_loc = other

    def run(scene: Scene) -> Verdict:
        left, after = _variable(scene, path, loc)
        right, _ = _variable(scene, operand, operand_loc)
        hint = "date-time" if operator.startswith("Timestamp") else ""
        for value in (left, right):
            scene.use(value, kind, hint)
        after = after if operand.reads_context else assume(after, operand.steps, right, scene.ids)
        for value in (left, right):
            if value.kinds and not value.kinds & kind:
                return Verdict(
                    False,
                    after,
                    after,
                    ("kind", f"it compares {words(left.kinds)} with {words(right.kinds)}"),
                )
        return Verdict(None, after, after)

    return run
