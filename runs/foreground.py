"""Running a flow from files, in the foreground: no broker and no site are needed, and both may be there."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from django.db import transaction

from flowlang import definition, forms
from flowlang.problems import JSON
from library.publish import create_flow, current_version, faults
from providers import hints
from runs import clock, documents, engine, news
from runs.models import Run
from wire.errors import StateConflict
from wire.people import first_administrator

_LONGEST_NAP_SECONDS: Final = 0.5
Show = Callable[[dict[str, Any]], None]


class CannotStart(Exception):
    """The run cannot start; `lines` say why, like a compiler."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True)
class Files:
    """What a run is made of, checked."""

    title: str
    source: str
    schema_source: str
    body: dict[str, JSON]


def read(definition_path: Path, input_path: Path, schema_path: Path | None) -> Files:
    """Return the checked content of the files. Raises CannotStart with everything that is wrong."""
    source = _text(definition_path)
    schema_source = _text(schema_path) if schema_path else "{}"
    body = _object(input_path)
    checked, _ = faults(source, schema_source)
    names = {"definition": definition_path, "input_schema": schema_path or definition_path}
    errors = [each for each in checked.to_json()["problems"] if each["severity"] == "error"]
    if errors:
        raise CannotStart(*(_located(names[each["document"]], each) for each in errors))
    schema = checked.schema.value if checked.schema else {}
    problems = forms.validate(schema, body)
    if problems:
        raise CannotStart(*(_unfit(input_path, each) for each in problems))
    return Files(definition_path.stem[:128] or "flow", source, schema_source, body)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CannotStart(f"{path}: this is not UTF-8 text (byte {error.start + 1}).") from error
    except OSError as error:
        raise CannotStart(f"{path}: it cannot be read: {error.strerror or error}.") from error


def _object(path: Path) -> dict[str, JSON]:
    document = definition.parse(_text(path))
    if document.problems:
        raise CannotStart(*(_at(path, document, each.start, each.message) for each in document.problems))
    if not isinstance(document.value, dict):
        raise CannotStart(f'{path}:1:1: the input must be a JSON object, such as {{"name": "value"}}.')
    return document.value


def _at(path: Path, document: definition.Document, offset: int, message: str) -> str:
    line, column = document.position(offset)
    return f"{path}:{line}:{column}: {message}"


def _located(path: Path, problem: dict[str, Any]) -> str:
    return f"{path}:{problem['line']}:{problem['column']}: {problem['message']} [{problem['code']}]"


def _unfit(path: Path, problem: dict[str, JSON]) -> str:
    loc = cast("list[JSON]", problem["loc"])
    return f"{path}: {''.join(map(str, loc))}: {problem['msg']} (asked for by the input schema)"


class _Log:
    """Shows the entries of one run, each once."""

    def __init__(self, show: Show) -> None:
        self._show = show
        self._seen = 0
        self.run: Run | None = None

    def show_new(self, run_id: object = None) -> None:
        if self.run is None or run_id not in (None, self.run.pk):
            return
        for event in self.run.events.filter(seq__gt=self._seen).order_by("seq"):
            self._seen = event.seq
            self._show(documents.entry(event))


def run(files: Files, show: Show) -> Run:
    """Run the flow to its end and return the run; `show` gets each log entry as it happens.

    Ctrl-C cancels the run, and it is carried on to its end.
    """
    owner, log = first_administrator(), _Log(show)
    flow = create_flow(owner, files.title, files.source, files.schema_source, is_listed=False)
    with hints.inline(), news.heard_by(log.show_new):
        with (
            transaction.atomic()
        ):  # the log must know the run before the first step is taken, after the commit
            log.run = engine.start(current_version(flow), owner, files.body)
        try:
            _follow(log.run, log)
        except KeyboardInterrupt:
            with suppress(StateConflict):  # it has ended at this very moment
                engine.cancel(log.run)
            _follow(log.run, log)
    log.run.refresh_from_db()
    return log.run


def _follow(run: Run, log: _Log) -> None:
    """Carry the run on when it is due; a worker of a running site may do so as well."""
    while True:
        log.show_new()
        wake_at = Run.objects.values_list("wake_at", flat=True).get(pk=run.pk)
        if wake_at is None:
            log.show_new()
            return
        seconds = (wake_at - clock.now()).total_seconds()
        if seconds > 0 or not engine.work(run.pk):
            time.sleep(min(max(seconds, 0.05), _LONGEST_NAP_SECONDS))
