"""Starts a function's process and watches it: this process is the guard, its child is confined.

    confine.py SETTINGS ANSWER_DESCRIPTOR LIFE_DESCRIPTOR

SETTINGS is JSON:
    level        "restricted" or "minimal": the child confines itself and becomes the runner;
                 "full": it becomes bubblewrap, by `command`
    folder       the call's own folder
    readable, writable   what the restricted level may use
    passed       descriptors that only the child needs
    most_tasks   how many processes and threads root's function may have
The life descriptor is the reading end of a pipe; when its other end closes, because the worker wants an end
or died, all of it ends.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from typing import Any, Final

# The interpreter is started without search paths; these files lie beside this one.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import guard
import landlock
import runner
import seccomp

sys.path.pop(0)

_PR_CAPBSET_DROP, _PR_SET_SECUREBITS, _PR_SET_NO_NEW_PRIVS = 24, 28, 38
_NO_ROOT_RIGHTS: Final = 0b11101111  # root is a user like others, and that is locked; keep-caps off
_CAPABILITY_VERSION: Final = 0x20080522
_NEW_PIDS_NETWORK_IPC: Final = 0x20000000 | 0x40000000 | 0x08000000
_NOBODY: Final = 65534
_DEVICES: Final = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")

_libc = ctypes.CDLL(None, use_errno=True)


def main(settings: dict[str, Any], answer: int, life: int) -> int:
    """Return how the function's process ended, as a shell would say it."""
    guard.adopt()
    if settings["level"] == "restricted" and os.geteuid() == 0:
        # Only a plus where it works: inside, the function sees and can signal only its own processes.
        _libc.unshare(_NEW_PIDS_NETWORK_IPC)
    child = os.fork()
    if child == 0:
        os.close(life)
        if settings["level"] == "full":
            os.execv(settings["command"][0], settings["command"])
        _confine(settings)
        runner.main(answer)
    for descriptor in (0, 1, 2, *settings["passed"]):
        os.close(descriptor)
    status: int = guard.watch(child, life, settings["most_tasks"])
    return status


def _confine(settings: dict[str, Any]) -> None:
    os.setsid()
    os.chdir(settings["folder"])
    if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs was refused.")
    if settings["level"] == "restricted":
        landlock.restrict(settings["readable"], [*settings["writable"], *_DEVICES])
        _drop_root(keeps_identity=True)
        _pass_over_metadata()
        seccomp.install(
            seccomp.program(os.uname().machine, has_namespaces=False, may_signal=landlock.has_signal_scope())
        )
    else:
        _drop_root(keeps_identity=False)


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


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
