"""How long from a fresh clone to a site that answers, and how long the second start takes.

    python3 bench/startup.py

Clones this repository into a temporary folder, starts `./run` there, polls /readyz, stops it and
starts it again.
Prints one line a figure. The first start downloads packages, so it depends on the network.
"""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

BASE = pathlib.Path(__file__).resolve().parent.parent


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="headrace-bench-") as folder:
        clone = pathlib.Path(folder) / "headrace"
        subprocess.run(["git", "clone", "--quiet", str(BASE), str(clone)], check=True)
        for name in ("clone to ready", "second start", "third start"):
            seconds, states = start(clone)
            print(f"{name}: {seconds:.1f} s  (/readyz said {' -> '.join(states)})", flush=True)


def start(clone: pathlib.Path) -> tuple[float, list[str]]:
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if key != "HEADRACE_HOME"}
    began_at = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, "run", "--port", str(port), "--no-browser"],
        cwd=clone,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    try:
        states = poll(f"http://127.0.0.1:{port}/readyz", child)
        return time.monotonic() - began_at, states
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(30)


def poll(url: str, child: subprocess.Popen) -> list[str]:
    """Return the states that were seen, e.g. ["no answer", "503", "200"]."""
    states: list[str] = []
    while child.poll() is None:
        state = ask(url)
        if state not in states[-1:]:
            states.append(state)
        if state == "200":
            return states
        time.sleep(0.05)
    sys.exit(f"./run ended with code {child.returncode} before it was ready")


def ask(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return str(answer.status)
    except urllib.error.HTTPError as error:
        return str(error.code)
    except OSError:
        return "no answer"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    main()
