"""What a start needs: the data folder, the parts' environment, the database, and the parts themselves."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import os
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import NamedTuple

from supervisor.part import Part, say

BASE = Path(__file__).resolve().parent.parent


class CannotStart(Exception):
    """The site cannot start here; the text says why and what to do."""


class Readiness(NamedTuple):
    is_ready: bool
    reason: str = ""


def make_home(home: Path) -> None:
    """Create the data folder. Raises CannotStart when it cannot be written.

    Other users of the machine may come through it to the collections, but not read what the site keeps:
    whoever has its sessions is everybody.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        for name in ("logs", "mail"):
            (home / name).mkdir(exist_ok=True)
            (home / name).chmod(0o700)
        for path in home.glob("headrace.sqlite3*"):
            path.chmod(0o600)
    except OSError as error:
        raise CannotStart(
            f"Cannot write the data folder {home}: {error.strerror}. Set HEADRACE_HOME to a folder of yours."
        ) from error


def broker_socket(home: Path) -> Path:
    """Return the embedded broker's socket; in the temporary folder where its path would be too long."""
    path = home / "broker.sock"
    if len(str(path)) <= 100:
        return path
    digest = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"headrace-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise CannotStart(
            f"The folder {folder} is not this user's alone. Set HEADRACE_HOME to a shorter path."
        )
    return folder / "broker.sock"


def environment(host: str, home: Path) -> dict[str, str]:
    """Return the environment of the parts: the caller's, with what follows from the address."""
    result = {**os.environ, "HEADRACE_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    result.setdefault("COMPUTE_ISOLATION", "best" if is_loopback(host) else "full")
    if not is_loopback(host) and "ALLOWED_HOSTS" not in os.environ:
        names = {"localhost", "127.0.0.1", host, socket.gethostname(), socket.getfqdn()} - {"0.0.0.0", "::"}
        result["ALLOWED_HOSTS"] = ",".join(sorted(names))
    return result


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def address(host: str, port: int) -> str:
    """Return the URL a person on this machine opens."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


def is_prepared(home: Path) -> bool:
    """Whether the database of this folder was prepared by this very version of the code."""
    stamp = home / "prepared"
    return stamp.exists() and stamp.read_text() == _stamp(home)


def _stamp(home: Path) -> str:
    """A digest of what preparation depends on: migrations, starters, and which database it is."""
    digest = hashlib.sha256(os.environ.get("DATABASE_URL", "").encode())
    digest.update(str((home / "headrace.sqlite3").exists()).encode())
    for pattern in ("*/migrations/*.py", "*/*/migrations/*.py", "library/starters/**/*"):
        for path in sorted(BASE.glob(pattern)):
            if path.is_file() and ".venv" not in path.parts:
                digest.update(f"{path.relative_to(BASE)}".encode() + path.read_bytes())
    return digest.hexdigest()


def prepare(home: Path, environment: dict[str, str]) -> str:
    """Migrate, load the starters, and return the path of a one-time sign-in link. Raises CannotStart."""
    if not is_prepared(home):
        say("Preparing the database")
        _manage(environment, "migrate", "--verbosity", "0", umask=0o077)  # it makes the database's file
        say("Loading the starter flows and their sample data")
        _manage(environment, "load_starters")
        (home / "prepared").write_text(_stamp(home))
    return _manage(environment, "sign_in_link").strip()


def _manage(environment: dict[str, str], *arguments: str, umask: int = -1) -> str:
    command = [sys.executable, str(BASE / "manage.py"), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, umask=umask)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise CannotStart("\n".join([f"`manage.py {' '.join(arguments)}` failed:", *last]))
    return done.stdout


def site_parts(host: str, port: int, home: Path, environment: dict[str, str]) -> list[Part]:
    """Return web, workers, sweeper and the local compute endpoint, in the order they start."""
    manage = [sys.executable, str(BASE / "manage.py")]
    web = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", host, "--port", str(port)]
    web += [
        "--log-level",
        "warning",
        "--no-access-log",
        "--lifespan",
        "off",
        "--timeout-graceful-shutdown",
        "3",
        "--ws-per-message-deflate",  # it would cost more CPU than all the rest of a message
        "false",
    ]
    commands = {
        "web": web,
        "worker": [*manage, "worker", "--queue", "runs", "--concurrency", "2"],
        "actions": [*manage, "worker", "--queue", "actions", "--concurrency", "4"],
        "compute": [*manage, "endpoint_worker", "local"],
        "sweeper": [*manage, "sweeper"],
    }
    return [
        Part(name, command, environment, home / "logs" / f"{name}.log", _pulse(home, name))
        for name, command in commands.items()
    ]


def _pulse(home: Path, name: str) -> Path | None:
    """Return the file that a part touches as long as it lives; web has none, it is asked."""
    return None if name == "web" else home / f"{name}.pulse"


def readiness(url: str) -> Readiness:
    """Ask /readyz. Returns what it says, or that nothing answers yet."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:
            return Readiness(answer.status == 200)
    except urllib.error.HTTPError as error:
        return Readiness(False, _missing(error.read()))
    except OSError as error:
        return Readiness(False, f"no answer ({error})")


def _missing(body: bytes) -> str:
    try:
        parts = json.loads(body)["parts"]
    except (json.JSONDecodeError, KeyError, TypeError):
        return "the answer of /readyz cannot be read"
    return "; ".join(f"{name}: {part['message']}" for name, part in parts.items() if not part["ok"])
