"""One evaluation of a state: what it reads from, and what is noted on the way."""

from __future__ import annotations

from itertools import takewhile
from typing import Final, Literal, NamedTuple, TypeAlias

from flowlang import paths
from flowlang.dataflow.places import MAYBE, NO, OPEN, YES, Reading, matches, read
from flowlang.dataflow.values import ANY, NOTHING, Names, Origins, Value, list_of
from flowlang.path_syntax import Step
from flowlang.problems import Loc

Subject: TypeAlias = Literal["read", "operator", "body", "seconds", "instant", "store", "rule"]
_MAX_NOTES: Final = 200


class Note(NamedTuple):
    """Something that may be wrong at a state, or (presence OPEN) that only the input can decide.

    subject   read: a place that may not be there; the others: a value of the wrong kind
    loc       the field, from the document's root; offset: where in its text
    steps     the place, from the run data on; is_rooted: else from some value of an expression
    at        the step that decided; holder: in what it was looked for
    is_sure   whether it comes to this whenever the state is entered
    text      the path itself, at whose step the mark belongs; or the matter in words, for what is no reading
    """

    subject: Subject
    loc: Loc
    offset: int | None
    is_sure: bool
    presence: int = NO
    steps: tuple[Step, ...] = ()
    at: int = 0
    holder: Value = NOTHING
    is_rooted: bool = True
    text: str = ""


class Use(NamedTuple):
    """A place of the input that is read, followed for `infer`.

    is_guarded  it is known to be there, or asked for with care
    kinds       what it is taken for; 0: anything; hint: a JSON schema's type or format that says more
    is_place    the value itself is read; else something is done with it
    """

    origins: Origins
    is_guarded: bool
    kinds: int
    hint: str = ""
    is_place: bool = True


class Record:
    """What the evaluation of one state notes.

    touched     members of the run data that it reads; "$": all
    is_covered  it is a Choice of which one rule or another always holds
    """

    __slots__ = ("is_covered", "notes", "touched", "uses")

    def __init__(self, uses: list[Use] | None = None) -> None:
        self.notes: list[Note] = []
        self.touched: set[str] = set()
        self.is_covered = False
        self.uses = uses

    def note(self, note: Note) -> None:
        """Keep `note`, unless there are very many."""
        if len(self.notes) < _MAX_NOTES:
            self.notes.append(note)


class Scene:
    """What an evaluation reads from.

    root      the run data; context: what `$._context` stands for
    local     the names that comprehensions have bound
    is_sure     whether it is evaluated whenever the state is entered
    is_guarded  whether a condition beside it decides: the author may know what is there then
    loc         the field that is being evaluated
    """

    __slots__ = ("context", "ids", "is_guarded", "is_sure", "loc", "local", "record", "root")

    def __init__(self, root: Value, context: Value, ids: Names, record: Record) -> None:
        self.root, self.context, self.ids, self.record = root, context, ids, record
        self.local: dict[str, Value] = {}
        self.is_sure, self.is_guarded = True, False
        self.loc: Loc = ()

    def where(self, root: Value | None = None, *, is_sure: bool = True, is_guarded: bool = False) -> Scene:
        """Return the scene in which more is known of the run data, or which is not always entered."""
        scene = Scene(self.root if root is None else root, self.context, self.ids, self.record)
        scene.local, scene.loc = self.local, self.loc
        scene.is_sure = self.is_sure and is_sure
        scene.is_guarded = self.is_guarded or is_guarded
        return scene

    def going_on(self, root: Value, *, is_sure: bool, is_guarded: bool = False) -> Scene:
        """Return the scene for what is tested next, as `where` does; this one where nothing is different."""
        if root is self.root and (is_sure or not self.is_sure) and (self.is_guarded or not is_guarded):
            return self
        return self.where(root, is_sure=is_sure, is_guarded=is_guarded)

    def path(self, path: paths.Path, offset: int = 0) -> Value:
        """Return what `path` leads to, and note what may be missing there. `offset`: where it stands."""
        return self.reading(path, offset).value

    def reading(self, path: paths.Path, offset: int = 0) -> Reading:
        """Return the reading of `path`; where nothing can be there, it leads to anything. As `path` else."""
        if not path.is_definite:
            return self._matches(path, offset)
        self.touch(path.steps)
        reading = self._read(path.steps)
        if reading.presence != YES:
            self.missing(path.steps, reading, offset, text=path.text)
        self.used(reading)
        return reading if reading.presence != NO else reading._replace(value=ANY)

    def _read(self, steps: tuple[Step, ...]) -> Reading:
        if steps[:1] != (paths.CONTEXT_NAME,):
            return read(self.root, steps)
        reading = read(self.context, steps[1:])
        return reading._replace(at=reading.at + 1)

    def _matches(self, path: paths.Path, offset: int | None) -> Reading:
        """Return the reading of a path that can match many: an array, empty where nothing is there."""
        first = tuple(takewhile(lambda step: isinstance(step, str | int), path.steps))
        self.touch(path.steps)
        reading = self._read(first)
        if reading.presence in (NO, OPEN) and offset is not None:
            self.where(is_sure=False).missing(path.steps, reading, offset, text=path.text)
        self.used(reading)
        # Of an object not followed further: what is in it need not be a list.
        each = ANY if ".*" in path.text else matches(reading.value, path.steps[len(first) :])
        self.where(is_guarded=True).used(Reading(MAYBE, each))
        return Reading(YES, list_of(each))

    def touch(self, steps: tuple[Step, ...]) -> None:
        """Note that this place of the run data is read."""
        first = steps[0] if steps else "$"
        self.record.touched.add(first if isinstance(first, str) else "$")

    def all_read(self) -> None:
        """Note that the run data is read as a whole, or somewhere that cannot be told."""
        self.touch(())
        self.used(Reading(YES, self.root))

    def find(self, path: paths.Path) -> Reading:
        """Return what `path` leads to, asked for with care: nothing is noted."""
        if not path.is_definite:
            return self.where(is_guarded=True)._matches(path, None)
        self.touch(path.steps)
        reading = self._read(path.steps)
        if self.record.uses is not None:
            self.where(is_guarded=True).used(reading)
        return reading

    def silent(self) -> Scene:
        """Return the same scene, from which nothing is noted but what is read."""
        scene = self.where()
        scene.record = Record()
        scene.record.touched = self.record.touched
        return scene

    def missing(
        self,
        steps: tuple[Step, ...],
        reading: Reading,
        offset: int | None,
        *,
        is_rooted: bool = True,
        text: str = "",
    ) -> None:
        """Note that a place may not be there; where nothing is known of its holder, there is no telling."""
        if reading.presence == MAYBE and self.is_guarded:
            return
        if reading.presence == OPEN and (
            reading.holder.members is None or not isinstance(steps[reading.at], str)
        ):
            return
        self.record.note(
            Note(
                "read", self.loc, offset, self.is_sure, reading.presence, steps, reading.at, reading.holder,
                is_rooted, text,
            )
        )  # fmt: skip

    def wrong(self, subject: Subject, text: str, offset: int | None) -> None:
        """Note that a value is of a kind that cannot work."""
        self.record.note(Note(subject, self.loc, offset, self.is_sure, text=text))

    def used(self, reading: Reading) -> None:
        """Note that a place of the input is read; with a guard where it is known to be there."""
        if self.record.uses is None:
            return
        if origins := _origins(reading.value):
            is_guarded = self.is_guarded or reading.presence == YES
            self.record.uses.append(Use(origins, is_guarded, 0))

    def use(self, value: Value, kinds: int, hint: str = "") -> None:
        """Note that a value is taken for one of these kinds."""
        if self.record.uses is not None and value.origins:
            self.record.uses.append(Use(value.origins, True, kinds, hint, is_place=False))


def _origins(value: Value) -> Origins:
    """Return where in the input the value comes from, or all of it that nothing has been stored in since."""
    return value.origins | value.members.source if value.members is not None else value.origins
