"""Watches a child from outside, ends it with all that it started, and says how it ended.

Root is exempt from the kernel's limit on the number of processes, so for root they are counted here, by a
process that the counted ones cannot starve.
"""

from __future__ import annotations

import os
import select
import sys
import time

TYPE_CHECKING = False  # importing typing would cost more than starting Python does
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TOO_MANY_TASKS = 199  # the exit code that says so

_TICK_SECONDS = 0.05
_SIGKILL = 9  # the signal module costs as much as all of this one
_PARENT, _THREADS = 1, 17  # fields of /proc/<pid>/stat after the name


def main(most_tasks: str, life: str, passed: str, *command: str) -> None:
    """Start `command` and watch it to its end. `passed`: the descriptors that only it needs, as in "5,7"."""
    child = os.fork()
    if child == 0:
        os.close(int(life))
        os.execv(command[0], command)
    close([0, 1, 2, *map(int, passed.split(","))])
    sys.exit(watch(child, int(life), int(most_tasks)))


def close(descriptors: Iterable[int]) -> None:
    """Close what only the child needs: whoever reads from it waits until all have closed it."""
    for descriptor in descriptors:
        os.close(descriptor)


def watch(child: int, life: int, most_tasks: int) -> int:
    """Return how `child` ended, as a shell says it; all below it has ended then too.

    life        a pipe: it all ends when the other end is closed, because the worker wants it or died
    most_tasks  processes and threads that may live below; only root needs to be counted
    """
    must_count = os.geteuid() == 0
    if must_count:
        _go_first()
    ended = os.pidfd_open(child)
    reason = None
    while not select.select([ended, life], [], [], _TICK_SECONDS if must_count else None)[0]:
        if sum(threads for _, threads in _below()) > most_tasks:
            reason = TOO_MANY_TASKS
            break
    status = _end_all(child)
    return reason or (status if status >= 0 else 128 - status)


def _go_first() -> None:
    """Be scheduled before whatever runs below. Without the right to, the guard is one among many."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    except PermissionError:
        return


def _end_all(child: int) -> int:
    """Kill until nothing is left below, and return how `child` ended: below zero, of which signal.

    Who has a deadly signal waiting can start nothing more, so this ends however fast they multiply
    """
    status = 0
    while True:
        try:
            pid, code = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return status  # whoever is below is a child of this process, or has one above it
        if pid == child:
            status = os.waitstatus_to_exitcode(code)
        elif not pid:
            for living, _ in _below():
                _kill(living)
            time.sleep(0.001)


def _below() -> Iterator[tuple[int, int]]:
    """The pid and number of threads of each process below this one."""
    children: dict[int, list[tuple[int, int]]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            fields = _fields(name)
            found = (int(name), int(fields[_THREADS]) if fields else 0)
            children.setdefault(int(fields[_PARENT]) if fields else 0, []).append(found)
    waiting = [os.getpid()]
    while waiting:
        for pid, threads in children.get(waiting.pop(), ()):
            waiting.append(pid)
            yield pid, threads


def _fields(pid: str) -> list[bytes]:
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            return stat.read().rpartition(b")")[2].split()
    except OSError:
        return []  # it ended while we looked


def _kill(pid: int) -> None:
    try:
        os.kill(pid, _SIGKILL)
    except ProcessLookupError:
        return
