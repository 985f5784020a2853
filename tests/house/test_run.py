"""`./run`: what a person sees when it starts, when a part dies, when it stops, and when it cannot start."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.live import BASE, LiveSite, free_port


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = LiveSite(tmp_path_factory.mktemp("run"))
    site.start()
    yield site
    site.stop()


def supervisor(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HEADRACE_HOME": str(home)}
    command = [sys.executable, "-m", "supervisor", "--no-browser", *arguments]
    return subprocess.run(command, cwd=BASE, env=environment, capture_output=True, text=True, timeout=60)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_says_one_line_per_thing_and_ends_with_address_and_link(site):
    assert site.lines[-2] == f"Headrace is ready: {site.url}"
    assert site.lines[-1].startswith(f"Sign in once with: {site.url}/sign-in/")
    assert len(site.lines) <= 6


def test_readyz_answers_200_when_it_says_ready(site):
    with urllib.request.urlopen(f"{site.url}/readyz", timeout=5) as answer:
        assert answer.status == 200


def test_other_users_of_the_machine_read_nothing_that_the_site_keeps(site):
    open_to_others = [path.name for path in site.home.iterdir() if path.stat().st_mode & 0o077]
    assert {"logs", "mail", "headrace.sqlite3", "headrace.sqlite3-wal", "secret_key"}.isdisjoint(
        open_to_others
    )
    assert (site.home / "headrace.sqlite3").exists() and (site.home / "secret_key").exists()


def test_a_second_start_on_the_same_folder_says_so(site):
    done = supervisor(site.home, "--port", str(free_port()))
    assert done.returncode == 1
    assert "already running" in done.stdout and "HEADRACE_HOME" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_busy_port_is_a_clear_message(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = supervisor(tmp_path, "--port", str(port))
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 is taken by another program" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("port", ["0", "70000", "http", "-1"])
def test_a_port_that_is_none_is_refused(tmp_path, port):
    done = supervisor(tmp_path, f"--port={port}")
    assert done.returncode == 2
    assert "is not a port" in done.stderr


def test_a_data_folder_that_cannot_be_made_is_a_clear_message(tmp_path):
    (tmp_path / "file").write_text("")
    done = supervisor(tmp_path / "file" / "home", "--port", str(free_port()))
    assert done.returncode == 1
    assert "HEADRACE_HOME" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_part_that_dies_is_started_again(site):
    listed = subprocess.run(["pgrep", "-f", "manage.py sweeper"], capture_output=True, text=True)
    mine = [int(pid) for pid in listed.stdout.split() if int(pid) in site.pids()]
    assert len(mine) == 1
    os.kill(mine[0], signal.SIGKILL)
    site.wait_for_line("sweeper stopped (signal SIGKILL); starting it again", 10)


def test_ctrl_c_leaves_nothing_running(tmp_path):
    site = LiveSite(tmp_path)
    site.start()
    pids = site.pids()
    assert len(pids) >= 6
    assert site.stop(signal.SIGINT) == 0
    deadline = time.monotonic() + 5
    while any(map(is_alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [pid for pid in pids if is_alive(pid)] == []
    assert str(tmp_path) not in subprocess.run(["ps", "axe"], capture_output=True, text=True).stdout
