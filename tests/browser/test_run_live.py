"""A run's page is live and says how live: nothing missing, nothing twice; a long log is searched in full."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, WebSocketRoute, expect

from tests.browser.chromium import Chromium, leave
from tests.browser.conftest import keep, sign_in
from tests.live import BASE, LiveSite

LOOP = {
    "StartAt": "Rest",
    "States": {
        "Rest": {"Type": "Wait", "Seconds": 2, "Next": "More"},
        "More": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.more", "BooleanEquals": True, "Next": "Rest"}],
            "Default": "Enough",
        },
        "Enough": {"Type": "Pass", "End": True},
    },
}
ROWS = (
    "() => [...document.querySelectorAll('[data-events] > [data-seq]')].map((row) => Number(row.dataset.seq))"
)
ARRIVALS = """() => {
  const came = (window.came = {});
  new MutationObserver((changes) => {
    const rows = changes.flatMap(({ addedNodes }) => [...addedNodes]);
    for (const { dataset } of rows) came[dataset.seq] ??= Date.now();
  }).observe(document.querySelector("[data-events]"), { childList: true });
}"""
HIDE = """(isHidden) => {
  Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
AS_OF = re.compile(r"Data as of \d\d:\d\d:\d\d\.")
PLACE = """() => {
  const row = [...document.querySelectorAll("[data-events] > [data-seq]")]
    .map((row) => ({ seq: Number(row.dataset.seq), top: Math.round(row.getBoundingClientRect().top) }))
    .filter(({ top }) => top > 60).sort((one, other) => one.top - other.top)[0];
  return [row.seq, row.top];
}"""


class Network:
    """A way to the site that can be cut: connections break, or nothing is carried and nobody is told."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self._open: set[socket.socket] = set()
        self._carries = threading.Event()
        self._carries.set()
        self._refuses = False
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):  # it was closed
            while True:
                here, _ = self._server.accept()
                there = None if self._refuses else self._reach()
                if there is None:
                    here.close()
                    continue
                self._open |= {here, there}
                for pair in ((here, there), (there, here)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _reach(self) -> socket.socket | None:
        try:
            return socket.create_connection(("127.0.0.1", self._to))
        except ConnectionRefusedError:
            return None

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                self._carries.wait()
                other.sendall(data)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        """Break what is open, and refuse the rest."""
        self._refuses = True
        self._break()

    def hush(self) -> None:
        """Carry nothing, as when a cable is out: nobody is told."""
        self._carries.clear()

    def mend(self) -> None:
        """Carry again. What was open during the silence is lost, as it is when it lasts."""
        if not self._carries.is_set():
            self._break()
        self._refuses = False
        self._carries.set()

    def _break(self) -> None:
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def close(self) -> None:
        self._server.close()
        self._break()
        self._carries.set()


class Owner:
    """Starts runs and reads their logs, over the API."""

    def __init__(self, site: LiveSite) -> None:
        self._site, self._token = site, site.manage("create_token", "admin")

    def ask(self, path: str, body: dict | None = None) -> dict:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._site.url}/api/{path}", data, headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return dict(json.load(answer))

    def start_loop(self) -> str:
        flow = self.ask("flows", {"title": "A loop to watch", "definition": LOOP, "input_schema": {}})
        return str(self.ask(f"flows/{flow['id']}/run", {"body": {"more": True}})["run_id"])

    def times(self, run_id: str) -> list[str]:
        """Return the times of the whole log."""
        entries: list[dict] = []
        page = self.ask(f"runs/{run_id}/log?limit=100")
        entries += page["entries"]
        while page.get("marker"):
            page = self.ask(f"runs/{run_id}/log?limit=100&marker={page['marker']}")
            entries += page["entries"]
        return [entry["time"] for entry in entries]


@pytest.fixture
def loop(site: LiveSite) -> Iterator[tuple[Owner, str]]:
    owner = Owner(site)
    run_id = owner.start_loop()
    yield owner, run_id
    owner.ask(f"runs/{run_id}/cancel", {})


@pytest.fixture
def network(site: LiveSite) -> Iterator[Network]:
    network = Network(site.port)
    yield network
    network.close()


@pytest.fixture
def window(site: LiveSite, browser: Chromium) -> Iterator:
    """Opens windows of people who are signed in."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_window(url: str, *, height: int = 860) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": height}, base_url=url)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        sign_in(page, site.manage("sign_in_link", "admin"))
        return page

    yield open_window
    for context in contexts:
        leave(context)
    assert errors == []


def sign(page: Page, kind: str) -> Locator:
    """Return what the page says of its connection, when it is of this kind."""
    return page.locator(f".connection[data-kind={kind}]")


def watch(page: Page, run_id: str) -> None:
    page.goto(f"/runs/{run_id}/?view=events")
    expect(sign(page, "live")).to_be_visible(timeout=20_000)
    page.mouse.move(5, 5)


def wait_for_entry(page: Page, seq: int) -> None:
    page.wait_for_function(f"() => document.querySelector('[data-seq=\"{seq}\"]')", timeout=30_000)


def lateness(page: Page, times: list[str], first: int) -> list[float]:
    """Return how many seconds after its moment each entry after the first came into the page, in order."""
    came = {int(seq): at / 1000 for seq, at in page.evaluate("() => window.came").items()}
    moments = {seq: datetime.fromisoformat(text).timestamp() for seq, text in enumerate(times, 1)}
    return sorted(at - moments[seq] for seq, at in came.items() if seq > first)


def kill_web(site: LiveSite) -> None:
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in site.pids()}
    os.kill(next(pid for pid, command in commands.items() if b"uvicorn" in command), signal.SIGKILL)


@pytest.mark.parametrize(
    ("way", "seconds"), [("cut", 3), pytest.param("hush", 30, marks=pytest.mark.soak)], ids=["cut", "hushed"]
)
def test_two_windows_see_all_of_a_run_through_a_restart_and_without_network(
    site: LiveSite, loop: tuple[Owner, str], network: Network, window, way: str, seconds: float
):
    owner, run_id = loop
    near, far = window(site.url), window(network.url, height=500)
    for page in (near, far):
        watch(page, run_id)
        page.evaluate(ARRIVALS)
    first = near.evaluate(ROWS)[0]
    for page in (near, far):
        wait_for_entry(page, first + 8)
        assert lateness(page, owner.times(run_id), first)[4] < 1.0

    kill_web(site)
    for page in (near, far):
        expect(sign(page, "reconnecting")).to_contain_text(AS_OF)
    for page in (near, far):
        expect(sign(page, "live")).to_be_visible(timeout=30_000)
    wait_for_entry(near, len(owner.times(run_id)))

    wait_for_entry(far, 25)
    far.mouse.wheel(0, 600)
    far.wait_for_function("() => document.querySelector('[data-events]').getBoundingClientRect().top < -20")
    far.mouse.move(5, 5)
    place = far.evaluate(PLACE)
    getattr(network, way)()
    near.context.set_offline(True)
    for page in (near, far):
        expect(sign(page, "reconnecting")).to_contain_text(AS_OF, timeout=20_000)
    keep(far, "reconnecting")
    before = len(owner.times(run_id))
    time.sleep(seconds)
    assert len(owner.times(run_id)) > before
    network.mend()
    near.context.set_offline(False)
    for page in (near, far):
        expect(sign(page, "live")).to_be_visible(timeout=20_000)
    expect(far.locator("[data-pill]")).to_have_text(re.compile(r"^\d+ new events?$"))
    assert far.evaluate(PLACE) == place, "the reader's place has moved"
    far.locator("[data-pill]").click()
    for page in (near, far):
        last = len(owner.times(run_id))
        wait_for_entry(page, last)
        rows = page.evaluate(ROWS)
        assert rows[-last:] == list(range(last, 0, -1)), "an entry is missing, there twice, or out of order"
    expect(far.locator("[data-pill]")).to_be_hidden()


def test_without_sockets_the_page_asks_says_so_and_a_hidden_tab_does_not(
    site: LiveSite, loop: tuple[Owner, str], window
):
    _, run_id = loop
    page = window(site.url)
    is_blocked = True

    def route(socket: WebSocketRoute) -> None:
        if is_blocked:
            socket.close(code=1011)
        else:
            socket.connect_to_server()

    page.route_web_socket(re.compile("/ws/runs/"), route)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/runs/{run_id}/?view=events")
    expect(page.locator(".connection")).to_contain_text("Polling every 2 s", timeout=15_000)
    page.mouse.move(5, 5)
    first = page.evaluate(ROWS)[0]
    wait_for_entry(page, first + 4)

    page.evaluate(HIDE, True)
    page.wait_for_timeout(300)
    asked.clear()
    page.wait_for_timeout(4_500)
    assert [url for url in asked if "/events?" in url] == [], "a tab that nobody sees asks"
    is_hidden_at = page.evaluate(ROWS)[0]
    page.evaluate(HIDE, False)
    page.wait_for_function(
        f"() => document.querySelector('[data-seq=\"{is_hidden_at + 2}\"]')", timeout=3_000
    )

    is_blocked = False
    expect(sign(page, "live")).to_be_visible(timeout=15_000)
    wait_for_entry(page, page.evaluate(ROWS)[0] + 4)
    rows = page.evaluate(ROWS)
    assert rows == list(range(len(rows), 0, -1))


def test_words_in_fifty_thousand_entries_are_found_and_shown(site: LiveSite, page: Page):
    writer = [sys.executable, str(BASE / "bench" / "peers" / "log_writer.py"), "long", "50000", "S-113-β"]
    said = subprocess.run(writer, env=site.environment, capture_output=True, text=True, check=True, cwd=BASE)
    run_id = json.loads(said.stdout)["run"]
    page.goto(f"/runs/{run_id}/?view=events")
    expect(page.get_by_text("Download 50,000 log entries")).to_be_visible()
    expect(page.locator(".event__title").first).to_have_text(re.compile("^FlowSucceeded"))
    assert page.locator("[data-seq]").count() < 100

    page.keyboard.press("Control+f")
    field = page.get_by_role("searchbox", name="Search all entries of the log")
    expect(field).to_be_focused()
    ours = page.evaluate(
        """() => document.activeElement.dispatchEvent(
             new KeyboardEvent("keydown", { key: "f", ctrlKey: true, bubbles: true, cancelable: true }))"""
    )
    assert ours is True, "pressed again, it is the browser's"
    page.keyboard.type("s-113-Β")
    began_at = time.monotonic()
    page.keyboard.press("Enter")
    expect(page.locator(".event.is-hit")).to_contain_text("S-113-β")
    expect(page.locator(".event.is-hit")).to_be_in_viewport()
    assert time.monotonic() - began_at < 3.0
    expect(page.locator(".log-search__count")).to_have_text("1 of 1")
    keep(page, "log-search")
    page.get_by_text("What was found").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="JSON", exact=True).last.click()
    found = json.loads(Path(download.value.path()).read_text())
    assert [entry["details"]["output"] for entry in found] == [{"found": "S-113-β"}]

    field.fill("ActionStarted")
    page.keyboard.press("Enter")
    expect(page.locator(".log-search__count")).to_have_text(re.compile(r"^1 of (9,99\d|10,000)$"))
    newest = int(page.locator(".event.is-hit").get_attribute("data-seq") or 0)
    page.keyboard.press("Enter")
    expect(page.locator(".log-search__count")).to_have_text(re.compile("^2 of"))
    assert int(page.locator(".event.is-hit").get_attribute("data-seq") or 0) < newest
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    expect(page.locator(".log-search__count")).to_have_text(re.compile(r"^(9,99\d|10,000) of \1$"))
    expect(page.locator(".event.is-hit")).to_be_in_viewport()
    field.fill("nowhere at all")
    expect(page.locator(".log-search__count")).to_have_text("Nothing found in all 50,000 entries")

    page.locator(".event__summary").first.focus()
    page.keyboard.press("End")
    last = page.locator("[data-seq='1'] summary")
    expect(last).to_be_focused()
    expect(last).to_be_in_viewport()
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-seq='2'] summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-seq='2'] pre")).to_contain_text('"number": 0')
    assert page.locator("[data-seq]").count() < 100
