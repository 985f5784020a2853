"""Tries, as a function would, what a sandbox must refuse; run in the sandbox when a worker starts."""

import os
import socket
import subprocess
import sys


def findings(secrets: list[str], worker_pid: int) -> list[str]:
    """Return what was possible and should not have been; [] when everything was refused."""
    tries = {
        "reading the site's own files": lambda: [os.listdir(path) for path in secrets],
        "reading /etc/shadow": lambda: open("/etc/shadow").close(),
        "writing outside its folders": lambda: open("/var/tmp/headrace-probe", "w").close(),
        "opening a network connection": lambda: socket.socket().close(),
        "signalling the worker": lambda: os.kill(worker_pid, 0),
        "reading the worker's environment": lambda: open(f"/proc/{worker_pid}/environ").close(),
    }
    found = [name for name, attempt in tries.items() if _is_possible(attempt)]
    if not _is_possible(lambda: open("own", "w").close()):
        found.append("no folder of its own to write in")
    if not _is_possible(lambda: subprocess.run([sys.executable, "-I", "-S", "-c", ""], check=True)):
        found.append("no child could be started")
    return found


def _is_possible(attempt) -> bool:  # type: ignore[no-untyped-def]
    try:
        attempt()
    except (OSError, subprocess.SubprocessError):
        return False
    return True
