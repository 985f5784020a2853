"""Landlock: folders that this process and all that it starts may still use; everything else is closed."""

from __future__ import annotations

import ctypes
import os
import struct

TYPE_CHECKING = False  # importing typing would cost more than starting Python does
if TYPE_CHECKING:
    from collections.abc import Iterable

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same numbers on every processor
_VERSION_FLAG = 1
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_FIRST = (1 << 13) - 1  # every right of version 1
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_DEVICES = 1 << 6 | 1 << 11  # making character and block devices
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE
_TCP = 3  # bind and connect
_SCOPES = 3  # abstract sockets, signals

READ = _EXECUTE | _READ_FILE | _READ_FOLDER


def _call(number: int, *arguments: object) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    result = int(libc.syscall(ctypes.c_long(number), *arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def version() -> int:
    """Return the kernel's version of Landlock; 0 when it has none or it is switched off."""
    try:
        return _call(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint(_VERSION_FLAG))
    except OSError:
        return 0


def has_signal_scope() -> bool:
    """Whether signals to processes outside are refused too."""
    return version() >= 6


def restrict(readable: Iterable[str], writable: Iterable[str]) -> None:
    """Close everything but these files and folders. Paths that do not exist are passed over. Raises OSError.

    Needs no_new_privs. Where the kernel can, TCP and signals to processes outside are refused as well
    """
    abi = version()
    rights = _FIRST | (_REFER if abi >= 2 else 0) | (_TRUNCATE if abi >= 3 else 0)
    rights |= _IOCTL_DEVICE if abi >= 5 else 0
    words = [rights, _TCP if abi >= 4 else 0, _SCOPES if abi >= 6 else 0]
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    attributes = struct.pack("=QQQ", *words)[:size]
    ruleset = _call(_CREATE, attributes, ctypes.c_size_t(size), ctypes.c_uint(0))
    for path in readable:
        _allow(ruleset, path, READ & rights)
    for path in writable:
        _allow(ruleset, path, rights & ~_DEVICES)
    _call(_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint(0))
    os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    if not os.path.isdir(path):
        rights &= _ON_FILES
    rule = struct.pack("=Qi", rights, opened)
    _call(_ADD, ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), rule, ctypes.c_uint(0))
    os.close(opened)
