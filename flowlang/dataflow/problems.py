"""From what was noted at each state to problems in the author's words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Final

from flowlang import check_choices
from flowlang.dataflow import analysis, answered, kept, rule_words, unread, wording
from flowlang.dataflow.places import MAYBE, NO, OPEN, read
from flowlang.dataflow.provenance import Provenance, Sources
from flowlang.dataflow.scene import Note
from flowlang.dataflow.values import ARRAY, OBJECT, words
from flowlang.findings import Findings, Put, Remedy, Site, quote
from flowlang.graph import Graph
from flowlang.path_syntax import Step
from flowlang.problems import JSON, Loc

# What the API calls a read that must fail; so it calls a path that cannot be one.
DATA_FLOW: Final = "InvalidAccessPath"
_MAX_SHOWN: Final = 6


def check(
    pair: tuple[Findings, Findings],
    graph: Graph,
    schema: JSON,
    details: Mapping[str, JSON] | None = None,
) -> None:
    """Report what states read that is not there, and what of the input nobody reads.

    pair     findings about the definition and about its input schema
    schema   the input schema; None when there is none
    details  address of a provider -> JSON schema of its actions' details
    """
    with kept.taken(graph.parts.values(), details or {}) as known:
        start = known.start(schema)
        found = analysis.analyse(graph, start, known.ids, details, kept=known)
        _report(pair, graph, found, schema, details or {})


def _report(
    pair: tuple[Findings, Findings],
    graph: Graph,
    found: analysis.Analysis,
    schema: JSON,
    details: Mapping[str, JSON],
) -> None:
    check_choices.covered(pair[0], {name for name, record in found.records.items() if record.is_covered})
    reporter = _Reporter(Site(pair[0]), graph, found, schema, details)
    for name in graph.states:
        if name in found.records:
            for note in found.records[name].notes:
                if not reporter.has_told(note):
                    reporter.tell(name, note)
    if isinstance(schema, dict) and found.records:
        unread.check(Site(pair[1], (), ""), schema, found.records.values())


class _Reporter:
    """Reports the notes of one analysis."""

    def __init__(
        self, site: Site, graph: Graph, found: analysis.Analysis, schema: JSON, details: Mapping[str, JSON]
    ) -> None:
        self.site, self.graph, self.schema = site, graph, schema
        self.details = details
        self.found, self.provenance = found, Provenance(graph, found)
        self.told: set[tuple[Step, ...]] = set()

    @cached_property
    def answered(self) -> frozenset[tuple[Step, ...]]:
        """Return where details are stored of which a provider says what they hold."""
        return answered.details(self.graph, self.details)

    @cached_property
    def statuses(self) -> frozenset[tuple[Step, ...]]:
        """Return where the status of an action is stored that raises an exception when it fails."""
        return answered.statuses(self.graph)

    def has_told(self, note: Note) -> bool:
        """Whether there is nothing to say of a place that only the input can supply: that is done once."""
        return note.presence == OPEN and note.subject == "read" and note.steps[: note.at + 1] in self.told

    def tell(self, name: str, note: Note) -> None:
        """Report one note of the state `name`."""
        site = Site(self.site.findings, note.loc, f"State {quote(name)}: ")
        if note.subject == "read":
            self._read(site, name, note)
        elif note.subject == "store":
            self._store(site, name, note)
        elif note.subject == "rule":
            rule_words.tell(site, note, self._at(note.loc), self._at(note.loc[:-1]), self.statuses)
        else:
            self._kind(site, note)

    # --- reads

    def _read(self, site: Site, name: str, note: Note) -> None:
        if note.presence == NO:
            self._missing(site, name, note)
        elif note.presence == MAYBE:
            self._unsure(site, name, note)
        else:
            self._open(site, name, note)

    def _missing(self, site: Site, name: str, note: Note) -> None:
        field, shown = wording.field(note.loc), wording.place(note.steps, note.is_rooted)
        begin = f"{field} reads {shown}, but "
        step, parent = note.steps[note.at], wording.place(note.steps[: note.at], note.is_rooted)
        wanted = OBJECT if isinstance(step, str) else ARRAY
        if not note.holder.kinds & wanted:
            what = "an object" if wanted == OBJECT else "an array"
            message = f"{begin}{parent} is {words(note.holder.kinds)} there, not {what}."
            self.report("read-kind", site, note, message)
            return
        if not isinstance(step, str):
            self.report("read-kind", site, note, f"{begin}{parent} does not have so many items.")
            return
        sources = self._sources(name, note)
        close = self._closest(note, step)
        if sources.wipers and not close:
            self._wiped(site, note, begin, sources)
            return
        message = begin + self._why(note, step, sources) + wording.advice(close, note.holder, _MAX_SHOWN)
        self.report(
            "read-missing", site, note, message, *wording.respelt(self._text(note), note, step, close)
        )

    def _why(self, note: Note, step: str, sources: Sources) -> str:
        parent = wording.place(note.steps[: note.at], note.is_rooted)
        if note.steps[0] == "_context" and note.is_rooted:
            return f"{parent} has no {quote(step)}."
        if note.at == 0 and sources.input and not sources.wipers and self.schema is not None:
            return f"no state has written {quote(step)} before, and the input schema does not let it in."
        if note.at == 0:
            return f"nothing has written {quote(step)} before."
        if sources.without:
            return f"{wording.listing(sources.without)} writes {parent} without {quote(step)}."
        return f"{parent} has no {quote(step)} there."

    def _wiped(self, site: Site, note: Note, begin: str, sources: Sources) -> None:
        message, remedies = self._loss(*sources.wipers[0])
        self.report("read-wiped", site, note, f"{begin}{message}", *remedies)

    def _loss(self, state: str, loc: Loc) -> tuple[str, tuple[Remedy, ...]]:
        """Return who has replaced what, and the remedy if there is no ResultPath."""
        is_kept = self._has(loc)
        steps = wording.steps_of(self._at(loc))
        lost = wording.place(steps, is_rooted=True) if steps else "all run data"
        by = f"a catcher of {quote(state)}" if "Catch" in loc else quote(state)
        path = "$.error" if "Catch" in loc else wording.result_path(state)
        remedy = Remedy(f'Add "ResultPath": "{path}" to {quote(state)}', Put(loc, path))
        message = f"{by} has replaced {lost}. Store that elsewhere, with ResultPath."
        return message, () if is_kept else (remedy,)

    def report(self, code: str, site: Site, note: Note, message: str, *remedies: Remedy) -> None:
        """Report what fails: an error where it must, and else a warning."""
        offset = wording.offset(note)
        if note.is_sure and note.is_rooted and self._is_answered(note.steps[: note.at]):
            self._of_provider(site, message, offset, *remedies)
        elif note.is_sure:
            site.error(code, message, *remedies, type=DATA_FLOW, offset=offset)
        else:
            is_one = all(isinstance(step, str | int) for step in note.steps)
            follows = "When it comes to this, the state fails." if is_one else "So the list is empty."
            site.warn("read-doubtful", f"{message} {follows}", *remedies, offset=offset)

    def _is_answered(self, steps: tuple[Step, ...]) -> bool:
        """Whether it is the provider of an action that has decided what is there."""
        return any(steps[:size] in self.answered for size in range(1, len(steps) + 1))

    def _of_provider(self, site: Site, message: str, offset: int | None, *remedies: Remedy) -> None:
        """Warn only, as of what a provider takes: the definition itself is right."""
        message = f"{message} That is what this provider answers here."
        site.warn("read-details", message, *remedies, offset=offset)

    def _unsure(self, site: Site, name: str, note: Note) -> None:
        steps = note.steps[: note.at + 1]
        shown, field = wording.place(steps, note.is_rooted), wording.field(note.loc)
        sources = self._sources(name, note)
        lacking = self.provenance.lacking(name, steps) if note.is_rooted else None
        offset = wording.offset(note)
        is_optional = note.is_rooted and read(self.found.start, steps).presence == MAYBE
        if sources.writers or sources.wipers or sources.without or not is_optional:
            by = f", which {wording.listing(sources.writers)} writes" if sources.writers else ""
            there = f"it is missing when a run comes {lacking}" if lacking else "it may be missing"
            message = f"{field} reads {shown}{by}, but {there}. Ask first, with IsPresent or is_present()."
            site.warn("read-unsure", message, offset=offset)
        elif self._default(steps):
            message = (
                f"{field} reads {shown}, which may be missing: only the start form fills in its default."
            )
            site.hint("read-default", f"{message} Require it, or write getattr().", offset=offset)
        else:
            message = f"{field} reads {shown}, which is optional in the input schema."
            advice = "Require it there, or ask first, with IsPresent, is_present() or getattr()."
            remedies = wording.or_null(note, self._at(note.loc[:-1]))
            site.warn("read-optional", f"{message} {advice}", *remedies, offset=offset)

    def _open(self, site: Site, name: str, note: Note) -> None:
        """Report what only the input or a provider can supply, where its name looks like a slip."""
        step = note.steps[note.at]
        steps = note.steps[: note.at + 1]
        if not isinstance(step, str):
            return
        self.told.add(steps)
        close = self._closest(note, step)
        shown, field = wording.place(steps, note.is_rooted), wording.field(note.loc)
        remedies = wording.respelt(self._text(note), note, step, close)
        if close:
            message = f'{field} reads {shown}, which nothing has written before. Did you mean "{close}"?'
            site.warn("read-spelling", message, *remedies, offset=wording.offset(note))
        elif note.at == 0 and note.is_rooted:
            self._not_given(site, name, note, f"{field} reads {shown}")

    def _not_given(self, site: Site, name: str, note: Note, begin: str) -> None:
        """Report what the input would have to bring, but does not, or that is replaced before."""
        sources, offset = self._sources(name, note), wording.offset(note)
        start, first = self.found.start, note.steps[:1]
        is_named = start.members is not None and start.members.listed(str(first[0])) is not None
        is_open = not is_named and read(start, first).presence == OPEN
        if sources.others:
            message, remedies = self._loss(*sources.others[0])
            site.warn("read-lost", f"{begin}, but {message}", *remedies, offset=offset)
        elif is_open and self._declares():
            message = f"{begin}, which the input schema does not declare. Add it to its properties."
            site.hint("read-undeclared", message, offset=offset)

    # --- what else can be wrong

    def _store(self, site: Site, name: str, note: Note) -> None:
        parent = wording.place(note.steps[: note.at], is_rooted=True)
        shown = wording.place(note.steps, is_rooted=True)
        where = site if self._has(note.loc) else Site(site.findings, note.loc[:-1], site.subject)
        message = f"ResultPath {shown} leads into {parent}, which is {note.text} there, not an object."
        if note.is_sure:
            where.error("result-path-parent", message, type=DATA_FLOW)
        else:
            where.warn("result-path-doubtful", f"{message} When it comes to this, the state fails.")

    def _kind(self, site: Site, note: Note) -> None:
        field = wording.field(note.loc)
        code, message = {
            "operator": ("expression-kind", f"{field} {note.text}, which fails."),
            "body": ("input-kind", f"{field} leads to {note.text}; what a state takes in must be an object."),
            "seconds": ("wait-kind", f"{field} leads to {note.text}; it must be a number of seconds."),
            "instant": ("wait-kind", f"{field} leads to {note.text}; it must be an instant as text."),
        }[note.subject]
        if note.is_sure and self._is_answered(wording.steps_of(self._at(note.loc))):
            self._of_provider(site, message, note.offset)
        elif note.is_sure:
            site.error(code, message, type=DATA_FLOW, offset=note.offset)
        else:
            site.warn(
                "read-doubtful", f"{message} When it comes to this, the state fails.", offset=note.offset
            )

    # --- looking things up

    def _sources(self, name: str, note: Note) -> Sources:
        if not note.is_rooted or note.steps[0] == "_context":
            return Sources([], [], [], [], input=False)
        return self.provenance.sources(name, note.steps[: note.at + 1])

    def _closest(self, note: Note, step: str) -> str | None:
        members = note.holder.members
        if members is None or (note.presence == OPEN and members.listed(step) is not None):
            return None
        names = [key for key in members.given() if key != step]
        if note.presence == OPEN and len(step) < 4:
            return None
        return self.site.findings.closest(step, names)

    def _declares(self) -> bool:
        return isinstance(self.schema, dict) and bool(self.schema.get("properties"))

    def _default(self, steps: tuple[Step, ...]) -> bool:
        schema: JSON = self.schema
        for step in steps:
            properties = schema.get("properties") if isinstance(schema, dict) else None
            schema = properties.get(step) if isinstance(properties, dict) and isinstance(step, str) else None
        return isinstance(schema, dict) and "default" in schema

    def _at(self, loc: Loc) -> JSON:
        value: JSON = {"States": dict(self.graph.states)}
        for step in loc:
            if isinstance(value, dict) and isinstance(step, str):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return None
        return value

    def _has(self, loc: Loc) -> bool:
        return isinstance(self._at(loc), str)

    def _text(self, note: Note) -> str:
        text = self._at(note.loc)
        return text if isinstance(text, str) else ""
