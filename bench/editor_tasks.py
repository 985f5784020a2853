"""What the main thread of a page does, task by task, in its own CPU time: other processes do not count."""

from __future__ import annotations

from collections import Counter
from typing import Any

from playwright.sync_api import Page

_TASKS = ("RunTask", "ThreadControllerImpl::RunTask")
_LONGEST_MS = 30_000


class Tasks:
    """Watches from its making until `longest`."""

    def __init__(self, page: Page) -> None:
        self.page, self.events, self.is_done = page, list[dict[str, Any]](), False
        self.session = page.context.new_cdp_session(page)
        self.session.on("Tracing.dataCollected", lambda data: self.events.extend(data["value"]))
        self.session.on("Tracing.tracingComplete", self._done)
        self.session.send(
            "Tracing.start",
            {"categories": "disabled-by-default-devtools.timeline", "transferMode": "ReportEvents"},
        )

    def _done(self, _: Any) -> None:
        self.is_done = True

    def longest(self) -> float:
        """Return the most CPU time that one task of the busiest page took, in milliseconds."""
        self.session.send("Tracing.end")
        waited = 0
        while not self.is_done and waited < _LONGEST_MS:
            self.page.wait_for_timeout(100)
            waited += 100
        self.session.detach()
        mains = {_thread(one) for one in self.events if _name_of_thread(one) == "CrRendererMain"}
        tasks = [one for one in self.events if one["name"] in _TASKS and _thread(one) in mains]
        ((busiest, _),) = Counter(map(_thread, tasks)).most_common(1)
        return max(one.get("tdur", 0) for one in tasks if _thread(one) == busiest) / 1000


def _thread(event: dict[str, Any]) -> tuple[int, int]:
    return event["pid"], event["tid"]


def _name_of_thread(event: dict[str, Any]) -> str:
    return event["args"].get("name", "") if event["name"] == "thread_name" else ""
