"""Starts every part of the site on this machine, restarts what dies, and stops all of it together.

It loads no Django itself: it is small, and it outlives whatever goes wrong in the parts.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import selectors
import signal
import socket
import sys
import time
import webbrowser
from pathlib import Path
from typing import TextIO

from supervisor import broker, setup
from supervisor.part import Part, say

READY_SECONDS = 60


class Stop(Exception):
    """Somebody asked for an end: Ctrl-C or SIGTERM."""


def options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run", description="Start Headrace: web, workers, sweeper and broker."
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--port", type=_port, default=8000, help="port to listen on (default: 8000)")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; give a number from 1 to 65535")
    return int(text)


def main(arguments: list[str]) -> int:
    """Run until told to stop. Returns the exit code: 0 after a clean stop, 1 when it could not start."""
    chosen = options(arguments)
    home = Path(os.environ.get("HEADRACE_HOME", Path.cwd() / "var")).resolve()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _raise_stop)
    parts: list[Part] = []
    try:
        lock = _lock(home)
        _check_port(chosen.host, chosen.port)
        _run(chosen, home, parts)
    except setup.CannotStart as error:
        say(str(error))
        return 1
    except Stop:
        say("Stopping")
    finally:
        _ignore_signals()
        _stop_all(parts)
    lock.close()
    return 0


def _run(chosen: argparse.Namespace, home: Path, parts: list[Part]) -> None:
    environment = setup.environment(chosen.host, home)
    if not setup.is_loopback(chosen.host):
        say(f"It answers to {environment['ALLOWED_HOSTS']} only; set ALLOWED_HOSTS for other names")
    is_prepared = setup.is_prepared(home)
    if not os.environ.get("REDIS_URL"):
        parts.append(broker.part(home, environment))
    if is_prepared:
        parts.extend(setup.site_parts(chosen.host, chosen.port, home, environment))
    for part in parts:
        part.start()
    link = setup.prepare(home, environment)
    if not is_prepared:
        more = setup.site_parts(chosen.host, chosen.port, home, environment)
        parts.extend(more)
        for part in more:
            part.start()
    _watch(parts, chosen, link)


def _watch(parts: list[Part], chosen: argparse.Namespace, link: str) -> None:
    url = setup.address(chosen.host, chosen.port)
    give_up_at = time.monotonic() + READY_SECONDS
    is_announced = False
    with selectors.DefaultSelector() as quiet:
        while True:
            for part in parts:
                part.look_after()
            if not is_announced:
                is_announced = _announce(url, link, chosen, time.monotonic() > give_up_at)
            quiet.select(0.1 if not is_announced else 0.5)


def _announce(url: str, link: str, chosen: argparse.Namespace, is_late: bool) -> bool:
    """Say that the site answers, once it does; or, late, what is missing. Returns whether that is settled."""
    state = setup.readiness(url)
    if not state.is_ready and not is_late:
        return False
    if not state.is_ready:
        say(f"The site does not answer as it should: {state.reason}. It is left running; see {url}/readyz")
    say(f"Headrace is ready: {url}" if state.is_ready else f"Headrace is at {url}")
    say(f"Sign in once with: {url}{link}")
    if not chosen.no_browser and (os.environ.get("DISPLAY") or sys.platform == "darwin"):
        webbrowser.open(url + link)
    return True


def _lock(home: Path) -> TextIO:
    """Hold the data folder for this supervisor alone. Raises CannotStart when another one has it."""
    setup.make_home(home)
    file = (home / "run.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise setup.CannotStart(
            f"Headrace is already running on {home}. Stop it first, or give this one a folder of its own: "
            "HEADRACE_HOME=another ./run --port 8001"
        ) from error
    return file


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise setup.CannotStart(f"Port {port} needs more rights. Try ./run --port 8000") from error
        except OSError as error:
            raise setup.CannotStart(_bind_failure(host, port, error)) from error


def _bind_failure(host: str, port: int, error: OSError) -> str:
    if error.errno == 98 or "in use" in str(error):
        other = port + 1 if port < 65535 else 8000
        return f"Port {port} on {host} is taken by another program. Try ./run --port {other}"
    return f"Cannot listen on {host}, port {port}: {error.strerror}. Try ./run --host 127.0.0.1"


def _raise_stop(number: int, frame: object) -> None:
    raise Stop


def _ignore_signals() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


def _stop_all(parts: list[Part]) -> None:
    """The broker stops last: the others may still be talking to it."""
    for part in reversed(parts):
        part.ask_to_stop()
    deadline = time.monotonic() + 10
    for part in reversed(parts):
        part.wait_or_kill(deadline)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
