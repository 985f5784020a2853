"""Inputs that come from elsewhere: a link, a run; and what of them may go out again. Secrets do neither."""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote_plus
from uuid import UUID

import orjson
from django.db import IntegrityError
from django.db.models.functions import Length

from flowlang.differences import Difference, differences
from flowlang.events import visible
from flowlang.forms import json_text
from flowlang.forms.secret import without_secrets
from runs import access
from runs.models import BatchRow, Run, RunAgain
from wire.errors import NotFound

LONGEST_LINK: Final = 8_000  # of the input in an address; longer ones break in mail and in proxies
MOST_RECENT: Final = 10
_MOST_LOOKED_AT: Final = 41
_MOST_CHARACTERS: Final = 400_000  # of inputs that are compared while a page is made
_PACKED: Final = "~"


def pack(body: dict[str, Any]) -> str:
    """Return the input as an address holds it: JSON, or "~" and packed JSON where that is shorter."""
    text = orjson.dumps(body).decode()
    squeezed = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    raw = squeezed.compress(text.encode()) + squeezed.flush()
    packed = _PACKED + base64.urlsafe_b64encode(raw).decode().rstrip("=")
    return packed if len(packed) < len(quote_plus(text)) else text


def unpack(text: str) -> Any:
    """Return the value that `pack` made into `text`. Raises ValueError with a sentence."""
    if not text.startswith(_PACKED):
        return json_text.parse(text)
    try:
        raw = base64.b64decode(text[1:] + "=" * (-len(text[1:]) % 4), altchars=b"-_", validate=True)
        opened = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
        found = opened.decompress(raw, json_text.MAX_BYTES).decode()
    except (binascii.Error, zlib.error, ValueError) as error:
        raise ValueError("The link was cut short or changed on its way. Ask for it again.") from error
    if opened.unconsumed_tail or not opened.eof:
        raise ValueError("The link is incomplete, or its input is larger than an input may be.")
    return json_text.parse(found)


def link_input(schema: Any, body: dict[str, Any]) -> str:
    """Return what stands after `?input=` for this input; "" when it is too long for a link."""
    text = pack(without_secrets(schema, body))
    return text if len(text) <= LONGEST_LINK else ""


def input_of(run: Run) -> dict[str, Any]:
    """Return the input of a run as people may see it."""
    found = visible(orjson.loads(Run.objects.values_list("input", flat=True).get(pk=run.pk)))
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Recent:
    """A run whose input may be taken again.

    changes   how it differs from the input before it; all that it holds, when it is the first
    """

    run: Run
    changes: list[Difference]
    is_first: bool

    @property
    def line(self) -> str:
        """Return the changes in one line."""
        told = [
            f"{each.place}: {each.new if self.is_first else f'{each.old} → {each.new}'}"
            for each in self.changes[:3]
        ]
        more = [f"{len(self.changes) - 3} more"] if len(self.changes) > 3 else []
        return "; ".join(told + more)


def recent(user: access.Person, flow_id: UUID, schema: Any) -> list[Recent]:
    """Return the last inputs with which `user` has started the flow, newest first, no two alike in a row."""
    found = [(run, _public(schema, run)) for run in _latest(user, flow_id)]
    distinct = [
        pair
        for at, pair in enumerate(found)
        if at + 1 == len(found) or differences(found[at + 1][1], pair[1])
    ]
    before = [body for _, body in distinct[1:]]
    return [
        Recent(run, differences(before[at] if at < len(before) else {}, body), at >= len(before))
        for at, (run, body) in enumerate(distinct[:MOST_RECENT])
    ]


def _latest(user: access.Person, flow_id: UUID) -> list[Run]:
    """Return the newest runs with their inputs: fewer where the inputs are large."""
    newest = Run.objects.filter(owner=user.pk, flow=flow_id).order_by("-started_at", "pk")
    sizes = newest.annotate(size=Length("input")).values_list("pk", "size")[:_MOST_LOOKED_AT]
    wanted: list[UUID] = []
    left = _MOST_CHARACTERS
    for pk, size in sizes:
        left -= size
        if left < 0:
            break
        wanted.append(pk)
    return list(newest.filter(pk__in=wanted).only("label", "started_at", "input"))


def _public(schema: Any, run: Run) -> dict[str, Any]:
    value = orjson.loads(run.input)
    return without_secrets(schema, value) if isinstance(value, dict) else {}


def earlier_run(user: access.Person, flow_id: UUID, run_id: str) -> Run | None:
    """Return the run of the flow that a start page names as the one it goes back to; None for no such run."""
    try:
        run = access.run_for(user, run_id) if run_id else None
    except NotFound:
        return None
    return run if run is not None and run.flow_id == flow_id else None


def link_runs(run: Run, earlier: Run | None) -> None:
    """Say of a run which one it began as; once is enough, however often the page is sent."""
    if earlier is None or earlier.pk == run.pk:
        return
    try:
        RunAgain.objects.get_or_create(run=run, defaults={"earlier": earlier})
    except IntegrityError:  # the earlier run has just been deleted: there is nothing left to link to
        return


def told(run: Run, user: access.Person) -> dict[str, Any]:
    """Return as which run `run` began, what began as it, and its row of a batch, as `user` may see them."""
    seen = access.visible_to(user)
    row = BatchRow.objects.filter(run=run.pk, batch__owner=user.pk).select_related("batch__flow").first()
    return {
        "row": row,
        "of": seen.filter(runs_again__run=run.pk).first(),
        "by": list(seen.filter(again__earlier=run.pk).order_by("started_at")[:MOST_RECENT]),
    }
