"""Chromium for the tests. What it never answers costs one test, which says where, and no other."""

from __future__ import annotations

import faulthandler
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")
CLOSING_SECONDS = 30


class Chromium:
    """A browser that is started again when it has gone."""

    def __init__(self, playwright: Playwright) -> None:
        program = next(filter(None, map(shutil.which, NAMES)), None)
        if program is None:
            pytest.skip("There is no Chromium on this machine; ./test installs one.")
        self._program, self._launch = program, playwright.chromium.launch
        self._browser: Browser | None = None

    def new_context(self, **how: Any) -> BrowserContext:
        """Return a window of its own, with its own cookies. Close it by `leave`."""
        if self._browser is None or not self._browser.is_connected():
            self._browser = self._launch(executable_path=self._program, args=QUIET)
        return self._browser.new_context(**how)

    def close(self) -> None:
        if self._browser is not None:
            with killed_after(CLOSING_SECONDS), suppress(Error):
                self._browser.close()


def leave(context: BrowserContext) -> None:
    """Close a window whose pages may be on their way elsewhere.

    Chromium forgets that a page is to be closed when a navigation arrives in that moment, and never says
    that it is closed (https://issues.chromium.org/issues/536385539): each page first arrives at an empty one.
    """
    with killed_after(CLOSING_SECONDS) as is_killed:
        try:
            for page in context.pages:
                rest(page)
            context.close()
        except Error:
            if not is_killed():
                raise


def rest(page: Page) -> None:
    """Take a page to where nothing goes on. A navigation that was under way may come in between."""
    for _ in range(5):
        with suppress(Error):
            page.goto("about:blank")
            return


@contextmanager
def killed_after(seconds: float) -> Iterator[Any]:
    """Kill Chromium each time the block has taken so long again: what waits for it fails.

    Gives whether it was killed.
    """
    ended, killed = threading.Event(), threading.Event()

    def watch() -> None:
        while not ended.wait(seconds):
            killed.set()
            kill(seconds)

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield killed.is_set
    finally:
        ended.set()


def kill(seconds: float) -> None:
    sys.stderr.write(f"\nChromium did not answer in {seconds} s and is killed. What waited for it:\n")
    faulthandler.dump_traceback(file=sys.__stderr__ or 2)
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "chrom" in process.name():
                process.kill()
