"""Confines a function's process without namespaces: this process is its guard, its child becomes the runner.

The settings are JSON, to be read from a descriptor:
    level        "restricted" or "minimal"
    folder       the call's own folder
    readable, writable   what the restricted level may use
    filter       the restricted level's system call filter, in hexadecimal
    most_tasks   how many processes and threads root's function may have
`life` is the reading end of a pipe; when its other end closes, because the worker wants an end or died, all
of it ends.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys

import guard
import landlock
import runner

TYPE_CHECKING = False  # importing typing would cost more than starting Python does
if TYPE_CHECKING:
    from typing import Any

_PR_CAPBSET_DROP, _PR_SET_SECUREBITS, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 24, 28, 36, 38
_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2
_NO_ROOT_RIGHTS = 0b11101111  # root is a user like others, and that is locked; keep-caps off
_CAPABILITY_VERSION = 0x20080522
_NEW_PIDS_NETWORK_IPC = 0x20000000 | 0x40000000 | 0x08000000
_NOBODY = 65534
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")

_libc = ctypes.CDLL(None, use_errno=True)


def main(told: str, answer: str, life: str) -> None:
    """Run the request that waits on standard input, and exit as its process did."""
    with os.fdopen(int(told), "rb") as file:
        settings = json.load(file)
    # Every orphan below becomes a child of this process, so that none can leave.
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    if settings["level"] == "restricted" and os.geteuid() == 0:
        # Only a plus where it works: inside, the function sees and can signal only its own processes.
        _libc.unshare(_NEW_PIDS_NETWORK_IPC)
    child = os.fork()
    if child == 0:
        os.close(int(life))
        _confine(settings)
        runner.main(answer)
    guard.close((0, 1, 2, int(answer)))
    sys.exit(guard.watch(child, int(life), settings["most_tasks"]))


def _confine(settings: dict[str, Any]) -> None:
    os.setsid()
    os.chdir(settings["folder"])
    if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs was refused.")
    if settings["level"] == "restricted":
        landlock.restrict(settings["readable"], [*settings["writable"], *_DEVICES])
        _drop_root(keeps_identity=True)
        _pass_over_metadata()
        _filter_calls(bytes.fromhex(settings["filter"]))
    else:
        _drop_root(keeps_identity=False)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


def _filter_calls(code: bytes) -> None:
    program = _Program(len(code) // 8, code)
    if _libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0):
        raise OSError(ctypes.get_errno(), "The system call filter was refused.")


def _drop_root(*, keeps_identity: bool) -> None:
    """Started as root, the function must not have root's rights.

    With the rules for folders in force it may stay the user that owns them, without any capability; without
    them it becomes nobody.
    """
    if os.geteuid() != 0:
        return
    os.setgroups([])
    for capability in range(64):
        _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    _libc.prctl(_PR_SET_SECUREBITS, _NO_ROOT_RIGHTS, 0, 0, 0)
    if not keeps_identity:
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    if _libc.capset(header, (ctypes.c_uint32 * 6)()):
        raise OSError(ctypes.get_errno(), "The capabilities could not be dropped.")


def _pass_over_metadata() -> None:
    """Let shutil.copy work where no mode or time can be changed: rules for folders do not cover those."""

    def unchanged(path: Any, *values: Any, follow_symlinks: bool = True, **options: Any) -> None:
        os.stat(path, follow_symlinks=follow_symlinks)

    os.chmod = os.utime = unchanged
    os.supports_follow_symlinks.update({unchanged})
