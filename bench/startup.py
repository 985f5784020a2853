"""How long from a fresh clone to a site that answers, then to a second start, and to its first run's end?

    python3 bench/startup.py

Clones this repository into a temporary folder, starts `./run` there, polls /readyz, stops it and starts it
twice again; a run of two states is then started over the API and awaited. Prints one line a figure. The first
start downloads packages, so it depends on the network.
"""

import json
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


FLOW = {
    "StartAt": "One",
    "States": {"One": {"Type": "Pass", "Next": "Two"}, "Two": {"Type": "Pass", "End": True}},
}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="headrace-bench-") as folder:
        clone = pathlib.Path(folder) / "headrace"
        subprocess.run(["git", "clone", "--quiet", str(BASE), str(clone)], check=True)
        told("clone to ready", *start(clone))
        flow = published(clone)
        for name in ("second start", "third start"):
            told(name, *start(clone, flow))


def told(name: str, ready: float, states: list[str], ran: float = 0.0) -> None:
    more = f", first run finished after {ran:.1f} s" if ran else ""
    print(f"{name}: {ready:.1f} s  (/readyz said {' -> '.join(states)}){more}", flush=True)


def published(clone: pathlib.Path) -> tuple[str, str]:
    """Publish the flow; return the path at which it is started, and a token."""
    (clone / "var" / "flow.json").write_text(json.dumps(FLOW))
    flow_id = manage(clone, "import_flow", "var/flow.json", "--title", "Two states")
    return f"/api/flows/{flow_id}/run", manage(clone, "create_token", "admin")


def manage(clone: pathlib.Path, *words: str) -> str:
    command = [str(clone / ".venv" / "bin" / "python"), "manage.py", *words]
    said = subprocess.run(command, cwd=clone, env=environment(), capture_output=True, text=True, check=True)
    return said.stdout.split()[-1]


def environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key != "HEADRACE_HOME"}


def start(clone: pathlib.Path, flow: tuple[str, str] | None = None) -> tuple[float, list[str], float]:
    """Return the seconds to ready, what /readyz said, and the seconds to the end of a run of `flow`."""
    url = f"http://127.0.0.1:{free_port()}"
    words = [sys.executable, "run", "--port", url.rpartition(":")[2], "--no-browser"]
    began_at = time.monotonic()
    child = subprocess.Popen(words, cwd=clone, env=environment(), stdout=subprocess.DEVNULL)
    try:
        states = poll(f"{url}/readyz", child)
        ready = time.monotonic() - began_at
        if flow:
            run(url, *flow)
        return ready, states, time.monotonic() - began_at if flow else 0.0
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(30)


def run(url: str, path: str, token: str) -> None:
    """Start a run of the flow and wait for its end."""
    row = api(f"{url}{path}", token, {"body": {}})
    while row["status"] == "ACTIVE":
        time.sleep(0.01)
        row = api(f"{url}/api/runs/{row['run_id']}", token)
    if row["status"] != "SUCCEEDED":
        sys.exit(f"The run ended with {row['status']}")


def api(url: str, token: str, body: dict | None = None) -> dict:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    asked = urllib.request.Request(url, json.dumps(body).encode() if body is not None else None, headers)
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return json.load(answer)


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
