"""Headrace: its worker, sweeper and broker as shipped. `with_headrace.py sqlite|postgresql TIMES`.

A run counts from the call that starts it until its end has been read, after the news that it ended.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BASE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(BASE))

from tests.faults.site import Site  # noqa: E402  (the path must be set first)


def main(database: str, times: str) -> None:
    with Site(database, LEASE_SECONDS="15") as site:
        hello = site.spawn("hello", [sys.executable, "bench/hello.py"], stdout=subprocess.PIPE)
        assert hello.stdout is not None
        url = f"http://127.0.0.1:{hello.stdout.readline().strip()}"
        site.worker()
        site.sweeper()
        site.wait_for_worker()
        client = [sys.executable, "bench/peers/headrace_client.py", database, times, url, str(hello.pid)]
        subprocess.run(client, cwd=BASE, env=site.environment, check=True, timeout=1200)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
