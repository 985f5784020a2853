"""Definitions made ready to run, once per version and worker."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from django.conf import settings

from flowlang.machine import Program, Timing, compile_definition
from library.models import FlowVersion


@lru_cache(maxsize=256)
def program(flow_id: UUID, version_id: int) -> Program:
    """Return the program of a version of a flow; versions never change."""
    version = FlowVersion.objects.only("source").get(pk=version_id, flow_id=flow_id)
    timing = Timing(settings.FIRST_POLL_SECONDS, settings.MAX_POLL_SECONDS)
    return compile_definition(version.definition, timing)


def asks_people(flow_id: UUID, version_id: int) -> bool:
    """Whether a run of this version may leave questions open."""
    states = program(flow_id, version_id).definition.get("States")
    each = states.values() if isinstance(states, dict) else ()
    return any(isinstance(state, dict) and state.get("Type") == "CreateWebInput" for state in each)
