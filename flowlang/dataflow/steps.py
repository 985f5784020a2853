"""What each state does with the run data: compiled once, applied at each visit."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Final, NamedTuple

from flowlang.check_values import parsed
from flowlang.dataflow import results, rules, templates
from flowlang.dataflow.given import Given
from flowlang.dataflow.joining import is_same
from flowlang.dataflow.places import MAYBE, NO, OPEN, assume, put, read
from flowlang.dataflow.scene import Note, Record, Scene, Subject
from flowlang.dataflow.values import ANY, NUMBER, OBJECT, TEXT, Names, Value, words
from flowlang.definition import Transition
from flowlang.paths import Path
from flowlang.problems import JSON, Loc

if TYPE_CHECKING:
    from flowlang.dataflow.effects import Effect

_RUNTIME: Final = "States.Runtime"
_NO_PLACE: Final = frozenset({"States.ALL", "States.ResultPathMatchFailure"})
_SOURCES: Final = frozenset({"Result", "Parameters", "InputPath"})
# What they are led on with is what came in.
_KEEPING: Final = frozenset({"Choice", "Wait", "Fail"})
_READ_FIELDS: Final = (("SecondsPath", NUMBER), ("TimestampPath", TEXT), ("ErrorPath", 0), ("CausePath", 0))


class Way(NamedTuple):
    """One arrow, and the run data that takes it."""

    arrow: Transition
    data: Value


class Step:
    """One state, made ready.

    place  where its result is stored; None where the path cannot be used
    given  what an action or web input gives it; None where it makes its result itself
    made   the result of the last visit
    effects  what came of visits: see `effects`; is_plain: whether that may be remembered; owner: see `kept`
    mark     stands for it where it is not to be kept itself
    inside   the members of the run data inside which it stores something
    is_caught  a catcher takes what reading raises; is_saved: what storing its result raises
    """

    __slots__ = (
        "arrows", "chosen", "effects", "error", "given", "inside", "is_caught", "is_plain", "is_saved",
        "kind", "loc", "made", "mark", "name", "owner", "place", "rules", "state",
    )  # fmt: skip

    def __init__(self, name: str, state: Mapping[str, JSON], arrows: list[Transition], given: Given) -> None:
        self.name, self.state, self.arrows = name, state, arrows
        self.made: Value | None = None
        self.owner: object = None
        self.mark = object()
        self.loc: Loc = ("States", name)
        kind = state.get("Type")
        self.kind = kind if isinstance(kind, str) else ""
        self.place = place_of(state)
        self.rules = _rules(self.loc, state) if self.kind == "Choice" else []
        self.chosen: dict[str | int, list[Transition]] = {}
        for arrow in arrows:
            if arrow.kind == "choice":
                self.chosen.setdefault(arrow.loc[1], []).append(arrow)
        caught = _caught_names(state) if "Catch" in state else set()
        self.is_caught, self.is_saved = _RUNTIME in caught, not _NO_PLACE.isdisjoint(caught)
        self.error = given.errors[self.kind == "AwaitWebInput"]
        self.given = given.of(self.kind, name, state)
        places = [self.place, *(place_of(arrow.source or {}) for arrow in arrows if arrow.kind == "catch")]
        self.effects: list[Effect] = []
        self.is_plain = None not in places
        self.inside = frozenset(place[0] for place in places if place and len(place) > 1)

    def stores(self, arrow: Transition) -> tuple[str, ...] | None:
        """Return where something is stored in the run data that takes this arrow; None for nowhere."""
        if arrow.kind == "catch":
            return place_of(arrow.source or {})
        return None if self.kind in _KEEPING else self.place

    def apply(self, data: Value, context: Value, ids: Names, record: Record) -> list[Way]:
        """Return the ways on, each with its run data; noted in `record`: what may be wrong."""
        scene = Scene(data, context, ids, record)
        scene.is_sure = not self.is_caught
        if self.kind == "Choice":
            return self._choose(scene)
        if self.kind in ("Wait", "Fail"):
            self._read(scene)
        after = data
        result = self._kept(self._result(scene))
        if record.notes:
            after = _after(data, record.notes, ids)
        if result is not None:
            after = self._stored(scene, after, result)
        return [
            Way(arrow, after if arrow.kind == "next" else self._caught(scene, arrow))
            for arrow in self.arrows
            if arrow.kind in ("next", "catch")
        ]

    def _kept(self, result: Value | None) -> Value | None:
        """Return the result of the visit before, if this one says the same: shared, it need not be joined."""
        before, self.made = self.made, result
        if before is None or result is None or before is result:
            return result
        if is_same(before, result):
            self.made = before
        return self.made

    def _read(self, scene: Scene) -> None:
        """Read the paths of a Wait or Fail."""
        for name, kinds in _READ_FIELDS:
            if name not in self.state:
                continue
            value = templates.path_at(self.state[name], (*self.loc, name), scene)
            subject: Subject = "seconds" if name == "SecondsPath" else "instant"
            scene.use(value, kinds, "integer" if subject == "seconds" else "date-time" if kinds else "")
            if kinds and value.kinds and not value.kinds & kinds:
                scene.wrong(subject, words(value.kinds), None)

    def _result(self, scene: Scene) -> Value | None:
        """Return what the state makes; None where it makes nothing."""
        if self.kind in ("Pass", "ExpressionEval"):
            return self._made(scene)
        if self.given is not None:
            body = self._taken(scene)
            if body.kinds and not body.kinds & OBJECT:
                scene.loc = (*self.loc, "InputPath")
                scene.wrong("body", words(body.kinds), None)
            return self.given
        return None if self.kind in ("Wait", "Fail") else ANY

    def _made(self, scene: Scene) -> Value:
        if len(self.state.keys() & _SOURCES) > 1:
            return ANY
        if self.kind == "Pass" and "Result" in self.state:
            return templates.literal(self.state["Result"], scene.ids)
        if self.kind != "Pass" or "Parameters" in self.state or "InputPath" in self.state:
            return self._taken(scene)
        if self.place:
            scene.all_read()
        return scene.root

    def _taken(self, scene: Scene) -> Value:
        """Return what the state takes in: its Parameters, else the value at its InputPath."""
        if "Parameters" in self.state:
            parameters = self.state["Parameters"]
            if isinstance(parameters, dict):
                return templates.evaluate(parameters, (*self.loc, "Parameters"), scene)
            return ANY
        return templates.path_at(self.state.get("InputPath"), (*self.loc, "InputPath"), scene)

    def _stored(self, scene: Scene, data: Value, result: Value) -> Value:
        if self.place is None:
            return _stored_in_a_list(scene, data, self.state)
        stored, trouble = put(data, self.place, result, scene.ids)
        if trouble:
            loc = (*self.loc, "ResultPath")
            scene.record.note(_no_place(loc, self.place, trouble, is_sure=not self.is_saved))
        return stored

    def _caught(self, scene: Scene, arrow: Transition) -> Value:
        place = place_of(arrow.source or {})
        if place is None:
            return _stored_in_a_list(scene, scene.root, arrow.source or {})
        stored, trouble = put(scene.root, place, self.error, scene.ids)
        if trouble:
            loc = (*self.loc, *arrow.loc[:-1], "ResultPath")
            scene.record.note(_no_place(loc, place, trouble, is_sure=False))
        return stored

    def _choose(self, scene: Scene) -> list[Way]:
        """Return the ways of a Choice that can be taken."""
        ways: list[Way] = []
        here, is_open = scene, True
        for index, test in enumerate(self.rules):
            found = test(here)
            if found.truth is not None and is_open:
                self._settled(scene, index, found, is_first=index == 0)
            if is_open and found.truth is not False:
                ways += [Way(arrow, found.yes) for arrow in self.chosen.get(index, ())]
            is_open = is_open and found.truth is not True
            here = here.going_on(found.no, is_sure=found.truth is False)
        scene.record.is_covered = not is_open
        default = (arrow for arrow in self.arrows if arrow.kind == "default" and is_open)
        return ways + [Way(arrow, here.root) for arrow in default]

    def _settled(self, scene: Scene, index: int, found: rules.Verdict, *, is_first: bool) -> None:
        """Note that a rule always or never holds; what the rules before it leave over may well be all."""
        reason, text = found.reason
        if not is_first and self.rules[index](scene.silent()).truth is None:
            if found.truth:
                return
            reason, text = "taken", ""
        message = "\n".join((str(found.truth), reason, text))
        scene.record.note(Note("rule", (*self.loc, "Choices", index), None, True, at=index, text=message))


def _no_place(loc: Loc, place: tuple[str, ...], trouble: tuple[int, int, int], *, is_sure: bool) -> Note:
    presence, at, kinds = trouble
    return Note("store", loc, None, is_sure and presence != MAYBE, steps=place, at=at, text=words(kinds))


def place_of(fields: Mapping[str, JSON]) -> tuple[str, ...] | None:
    """Return where a state or catcher stores its result; None where that cannot be followed."""
    text = fields.get("ResultPath", "$")
    return _names(text) if isinstance(text, str) else None


@lru_cache(maxsize=4096)
def _names(text: str) -> tuple[str, ...] | None:
    path = parsed(text)
    if not isinstance(path, Path) or path.reads_context:
        return None
    names = tuple(step for step in path.steps if isinstance(step, str))
    return names if len(names) == len(path.steps) else None


def _stored_in_a_list(scene: Scene, data: Value, fields: Mapping[str, JSON]) -> Value:
    """Return the run data after an item of a list was replaced: of that list nothing is known any more."""
    text = fields.get("ResultPath")
    path = parsed(text) if isinstance(text, str) else None
    steps = path.steps if isinstance(path, Path) and not path.reads_context else ()
    names = tuple(str(step) for step in takewhile(lambda step: isinstance(step, str), steps))
    scene.touch(steps)
    scene.used(read(data, steps))
    return put(data, names, ANY, scene.ids)[0]


def _rules(loc: Loc, state: Mapping[str, JSON]) -> list[rules.Test]:
    choices = state.get("Choices")
    each = enumerate(choices) if isinstance(choices, list) else ()
    return [rules.compiled(rule, (*loc, "Choices", index)) for index, rule in each]


def _caught_names(state: Mapping[str, JSON]) -> set[str]:
    catch = state.get("Catch")
    lists = [c.get("ErrorEquals") for c in catch if isinstance(c, dict)] if isinstance(catch, list) else []
    return {name for names in lists if isinstance(names, list) for name in names if isinstance(name, str)}


def _after(data: Value, notes: list[Note], ids: Names) -> Value:
    """Return the run data of a state that has read what may not be there: it was, else the run had failed."""
    for note in notes:
        if note.subject != "read" or note.presence == OPEN or not (note.is_sure and note.is_rooted):
            continue
        if note.steps[0] == "_context":
            continue
        names = tuple(step for step in note.steps[: note.at + 1] if isinstance(step, str))
        if note.presence != NO:
            data = assume(data, note.steps, None, ids)
        elif len(names) == note.at + 1 and note.holder.kinds & OBJECT:
            data, _ = put(data, names, ANY, ids)
        elif len(names) == note.at + 1:
            # It should have been an object, of which nothing is known: one mistake is told once.
            data, _ = put(data, names[:-1], results.anything(ids), ids)
    return data
