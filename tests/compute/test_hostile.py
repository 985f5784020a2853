"""Functions that attack: each must be refused or ended, with a clear failure, and leave nothing."""

from __future__ import annotations

import os
import socket
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings

from providers.compute import sandbox, watch
from providers.compute.levels import Level
from providers.compute.policy import Folder, Limits
from providers.compute.sandbox import Call, Outcome
from tests.compute.sources import source

CANARY = "canary-5d1f0c"
ATTEMPT = source(
    """
    import ctypes, os, socket, stat

    def attempt(act):
        try:
            return ["done", str(act())[:300]]
        except OSError as error:
            return ["refused", error.strerror or str(error)]
    """
)


def carry_out(
    level: Level, text: str, *args: object, folders: tuple[Folder, ...] = (), **limits: object
) -> Outcome:
    call = Call(ATTEMPT + source(text), "main", args)  # type: ignore[arg-type]
    return sandbox.run(call, folders, limits=Limits(**{"wall_seconds": 20, **limits}), at=level)  # type: ignore[arg-type]


def attempts(level: Level, text: str, *args: object, folders: tuple[Folder, ...] = ()) -> list[object]:
    outcome = carry_out(level, text, *args, folders=folders)
    assert outcome.failure is None, outcome.failure
    assert isinstance(outcome.result, list)
    return outcome.result


@pytest.fixture(autouse=True)
def nothing_stays():
    folders_before = set(Path("/tmp").glob("headrace-call-*"))
    yield
    assert watch.usage(os.getpid())[0] == 0
    assert set(Path("/tmp").glob("headrace-call-*")) <= folders_before


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shared").mkdir()
    return tmp_path / "shared"


def test_the_password_file_and_the_sites_secrets_cannot_be_read(level, folder):
    secrets = ["/etc/shadow", str(settings.HEADRACE_HOME / "secret_key"), str(Path(__file__).resolve())]
    assert Path(secrets[1]).exists()
    results = attempts(
        level,
        """
        def main(paths):
            return [attempt(lambda: open(path).read()) for path in paths]
        """,
        secrets,
    )
    assert [kind for kind, _ in results] == ["refused"] * 3


def test_a_folder_that_holds_the_sites_own_folder_does_not_show_it(level):
    home = settings.HEADRACE_HOME
    above = Folder(str(home.parent), is_writable=True)
    results = attempts(
        level,
        """
        def main(home):
            return [attempt(lambda: os.listdir(home) or 1 / 0), attempt(lambda: open(home + "/x", "w"))]
        """
        if not level.is_full
        else """
        def main(home):
            return [["refused", os.listdir(home)], attempt(lambda: open(home + "/x", "w"))]
        """,
        str(home),
        folders=(above,),
    )
    assert [kind for kind, _ in results] == ["refused", "refused"]
    assert results[0][1] == [] or not level.is_full


def test_no_environment_holds_the_workers(level, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", CANARY)
    outcome = carry_out(
        level,
        """
        def main():
            seen = repr(dict(os.environ))
            for name in ["self", *map(str, range(1, 50)), str(os.getppid())]:
                seen += attempt(lambda: open(f"/proc/{name}/environ").read())[1]
            return seen.replace("\\0", " ")
        """,
    )
    assert isinstance(outcome.result, str) and CANARY not in outcome.result
    assert "DJANGO" not in outcome.result and "HEADRACE" not in outcome.result


def test_other_processes_are_neither_seen_nor_signalled_nor_traced(level):
    mine = os.getpid()
    results = attempts(
        level,
        """
        def main(pid):
            libc = ctypes.CDLL(None, use_errno=True)
            def call(*arguments):
                if libc.syscall(*arguments) < 0:
                    raise OSError(ctypes.get_errno(), "refused")
            return [
                attempt(lambda: open(f"/proc/{pid}/cmdline").read()),
                attempt(lambda: os.kill(pid, 0)),
                attempt(lambda: call(101 if os.uname().machine == "x86_64" else 117, 16, pid, 0, 0)),
                attempt(lambda: os.setpriority(os.PRIO_PROCESS, pid, 19)),
            ]
        """,
        mine,
    )
    assert [kind for kind, _ in results] == ["refused"] * 4


def test_there_is_no_network(level):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        results = attempts(
            level,
            """
            def main(port):
                return [
                    attempt(lambda: socket.create_connection(("127.0.0.1", port), 2)),
                    attempt(lambda: socket.getaddrinfo("example.org", 80)),
                    attempt(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)),
                ]
            """,
            listener.getsockname()[1],
        )
    assert [kind for kind, _ in results] == ["refused"] * 3


def test_a_socket_in_a_folder_cannot_be_used(level, folder):
    path = str(folder / "s")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        results = attempts(
            level,
            """
            def main(path):
                return [attempt(lambda: socket.socket(socket.AF_UNIX).connect(path))]
            """,
            path,
            folders=(Folder(str(folder), is_writable=True),),
        )
    assert results[0][0] == "refused"


def test_nothing_outside_the_folders_can_be_written(level, folder):
    (folder / "kept").write_text("as it was")
    before = (folder / "kept").stat()
    places = [
        "/",
        "/etc",
        "/usr",
        "/usr/local/lib",
        "/var/tmp",
        "/root",
        "/home",
        "/proc/sys/kernel",
    ]
    results = attempts(
        level,
        """
        def main(places, folder):
            tried = [attempt(lambda: open(place.rstrip("/") + "/planted", "w")) for place in places]
            for name in ("/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname"):
                tried.append(attempt(lambda: open(name, "w").write("|/tmp/x")))
            for act in (os.unlink, os.truncate, os.chmod, os.utime, lambda path: open(path, "a")):
                values = {os.truncate: (0,), os.chmod: (0o777,)}.get(act, ())
                tried.append(attempt(lambda: act(folder + "/kept", *values)))
            return tried
        """,
        places,
        str(folder),
        folders=(Folder(str(folder)),),
    )
    changed = [result for result in results if result[0] == "done"]
    # The restricted level passes over modes and times, so that copying works; it changes none.
    assert len(changed) == (0 if level.is_full else 2), results
    assert (folder / "kept").read_text() == "as it was"
    after = (folder / "kept").stat()
    assert (after.st_mode, after.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)
    assert not any(os.path.exists(f"{place}/planted") for place in places)


def test_no_set_user_id_program_can_be_left_behind(level, folder):
    results = attempts(
        level,
        """
        def main(folder):
            open(folder + "/plain", "w").close()
            return [
                attempt(lambda: os.chmod(folder + "/plain", 0o4755)),
                attempt(lambda: os.fchmod(os.open(folder + "/plain", os.O_RDWR), 0o6755)),
                attempt(lambda: os.open(folder + "/born", os.O_CREAT | os.O_WRONLY, 0o4755)),
                attempt(lambda: os.setuid(0)),
            ]
        """,
        str(folder),
        folders=(Folder(str(folder), is_writable=True),),
    )
    # The restricted level passes over chmod; what counts are the modes.
    assert [kind for kind, _ in results][1:3] == ["refused"] * 2
    assert not any(path.stat().st_mode & 0o6000 for path in folder.iterdir())


RISKIER = {
    "unshare": ((272, 97), (0x10000000,)),
    "clone3": ((435, 435), (0, 0)),
    "mount": ((165, 40), (0, 0, 0, 0, 0)),
    "io_uring_setup": ((425, 425), (8, 0)),
    "keyctl": ((250, 219), (0, -3, 0)),
    "bpf": ((321, 280), (0, 0, 0)),
    "perf_event_open": ((298, 241), (0, 0, -1, -1, 0)),
    "userfaultfd": ((323, 282), (0,)),
    "not yet invented": ((480, 480), ()),
}


def test_the_kernels_riskier_calls_are_refused(level):
    results = attempts(
        level,
        """
        def main(calls):
            libc = ctypes.CDLL(None, use_errno=True)
            column = os.uname().machine != "x86_64"
            def answer(numbers, arguments):
                return [libc.syscall(numbers[column], *arguments), ctypes.get_errno()]
            return [answer(*call) for call in calls]
        """,
        list(RISKIER.values()),
    )
    named = dict(zip(RISKIER, results, strict=True))
    assert {name: result for name, result in named.items() if result not in ([-1, 1], [-1, 38])} == {}


def test_a_fork_bomb_is_ended(level):
    # 512 processes at most: were the sandbox to fail here, the test must not take the machine down.
    outcome = carry_out(
        level,
        """
        import time

        def main():
            for _ in range(9):
                try:
                    os.fork()
                except OSError:
                    break
            time.sleep(5)
        """,
        wall_seconds=2,
    )
    assert outcome.failure and outcome.failure.code in ("TooManyProcesses", "FunctionTimeout")


def test_a_fork_that_comes_back_answers_nothing(level):
    outcome = carry_out(level, "def main():\n    return os.fork() and 1")
    assert outcome.result == 1


def test_a_64_mb_file_is_refused(level, folder):
    results = attempts(
        level,
        """
        def main(folder):
            def fill(path):
                with open(path, "wb") as file:
                    for _ in range(64):
                        file.write(b"x" * 2**20)
            return [attempt(lambda: fill("big")), attempt(lambda: fill(folder + "/big"))]
        """,
        str(folder),
        folders=(Folder(str(folder), is_writable=True),),
    )
    assert [kind for kind, _ in results] == ["refused"] * 2


def test_files_without_number_do_not_stay(level):
    outcome = carry_out(
        level,
        """
        import time

        def main():
            for number in range(3000):
                open(f"file-{number}", "w").close()
            time.sleep(0.5)
        """,
    )
    assert level.is_full or (outcome.failure and outcome.failure.code == "TooManyFiles")


def test_a_temporary_folder_with_closed_modes_is_removed(level):
    outcome = carry_out(
        level,
        """
        def main():
            os.makedirs("a/b/c")
            os.symlink("/etc", "a/b/etc")
            open("a/b/c/file", "w").close()
            os.chmod("a/b", 0)
            os.chmod("a", 0)
        """,
    )
    assert outcome.failure is None, outcome.failure
    assert Path("/etc/passwd").exists()


def test_what_daemonises_does_not_outlive_the_call(any_level, folder):
    started = time.monotonic()
    outcome = carry_out(
        any_level,
        """
        import signal, time

        def main(folder):
            if os.fork():
                time.sleep(0.3)
                return "done"
            os.setsid()
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)
            if os.fork():
                os._exit(0)
            while True:
                with open(folder + "/beat", "a") as file:
                    file.write(".")
                time.sleep(0.02)
        """,
        str(folder),
        folders=(Folder(str(folder), is_writable=True),),
    )
    assert outcome.result == "done", outcome
    assert time.monotonic() - started < 5
    size = (folder / "beat").stat().st_size
    time.sleep(0.2)
    assert 0 < size == (folder / "beat").stat().st_size


def test_spinning_without_heed_to_signals_ends_at_the_processor_limit(level):
    outcome = carry_out(
        level,
        """
        import signal

        def main():
            for number in (signal.SIGTERM, signal.SIGXCPU, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)
            while True:
                pass
        """,
        cpu_seconds=1,
    )
    assert outcome.failure and outcome.failure.code == "FunctionKilled"
    assert "1 seconds of processor time" in outcome.failure.description


def test_sleeping_for_ever_ends_at_the_time_limit(level):
    started = time.monotonic()
    outcome = carry_out(level, "import time\ndef main():\n    time.sleep(1000)", wall_seconds=0.5)
    assert outcome.failure and outcome.failure.code == "FunctionTimeout"
    assert "0.5 seconds" in outcome.failure.description
    assert time.monotonic() - started < 3


def test_memory_is_bounded(level):
    outcome = carry_out(level, "def main():\n    return len(bytearray(4 * 2**30))")
    assert outcome.failure and outcome.failure.description == "MemoryError"


def test_a_gigabyte_of_output_ends_the_call(level):
    outcome = carry_out(
        level,
        """
        def main():
            for _ in range(1024):
                os.write(1, b"x" * 2**20)
        """,
    )
    assert outcome.failure and outcome.failure.code == "OutputTooLarge"
    assert len(outcome.failure.stdout) <= 8192


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ('float("nan")', "ResultNotJSON"),
        ('[1, float("inf")]', "ResultNotJSON"),
        ("{1, 2}", "ResultNotJSON"),
        ('b"bytes"', "ResultNotJSON"),
        ('"\\ud800"', "ResultNotJSON"),
        ('"\\0"', "ResultNotJSON"),
        ("2**70", "ResultNotJSON"),
        ("[0] and nested(500)", "ResultNotJSON"),
        ("nested(100_000)", "ResultNotJSON"),
        ("main", "ResultNotJSON"),
        ('"x" * 10_000_000', "ResultTooLarge"),
        ("[0] * 200_000", "ResultTooLarge"),
    ],
)
def test_a_result_that_is_not_usable_json_is_refused(full, expression, code):
    text = f"""
        def nested(depth):
            value = []
            for _ in range(depth):
                value = [value]
            return value

        def main():
            return {expression}
        """
    outcome = carry_out(full, text)
    assert outcome.failure and outcome.failure.code == code, outcome


@pytest.mark.parametrize(
    "frame",
    [
        b'{"result": 1}{"result": 2}',
        b'{"result": NaN}',
        b'{"error": 5}',
        b'["result"]',
        b"\xff\xfe",
        b'{"result": "' + b"x" * 1_000_000,
    ],
)
def test_a_forged_answer_can_only_make_the_call_fail(full, frame):
    outcome = carry_out(
        full,
        f"""
        import sys

        def main():
            frame = {frame!r}
            try:
                while frame:
                    frame = frame[os.write(int(sys.argv[1]), frame):]
            finally:
                os._exit(0)
        """,
    )
    assert outcome.failure and outcome.failure.code in ("ResultNotJSON", "ResultTooLarge")


def test_a_link_left_as_a_result_leads_nowhere(level, folder):
    results = attempts(
        level,
        """
        def main(folder):
            os.symlink("/etc/shadow", folder + "/result.json")
            return [attempt(lambda: open(folder + "/result.json").read())]
        """,
        str(folder),
        folders=(Folder(str(folder), is_writable=True),),
    )
    assert results[0][0] == "refused"
    assert (folder / "result.json").is_symlink()


def test_a_call_that_holds_its_output_open_is_not_waited_for(level):
    started = time.monotonic()
    outcome = carry_out(
        level,
        """
        import subprocess, sys

        def main():
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
            return 1
        """,
    )
    assert outcome.result == 1
    assert time.monotonic() - started < 5


def test_a_killed_worker_leaves_no_function_behind(level, folder):
    text = f"""
        import time

        def main():
            while True:
                with open({str(folder / "beat")!r}, "a") as file:
                    file.write(".")
                time.sleep(0.02)
        """
    pid = os.fork()
    if pid == 0:
        threading.excepthook = lambda arguments: None
        carry_out(level, text, folders=(Folder(str(folder), is_writable=True),))
        os._exit(0)
    deadline = time.monotonic() + 10
    while not (folder / "beat").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    time.sleep(0.3)
    size = (folder / "beat").stat().st_size
    time.sleep(0.2)
    assert 0 < size == (folder / "beat").stat().st_size
    for left in Path("/tmp").glob("headrace-call-*"):
        watch.remove(left)
