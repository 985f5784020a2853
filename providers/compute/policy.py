"""What a function may see and use: the policy that every kind of sandbox carries out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB
GIB: Final = 1024 * MIB

SYSTEM: Final = ("/usr", "/nix/store")
SYSTEM_LINKS: Final = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS_FILES: Final = (
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/alternatives",
    "/etc/fonts",
)
NEVER: Final = ("/proc", "/sys", "/dev", "/etc", "/boot", "/run")
INSIDE: Final = Path(__file__).resolve().parent / "inside"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that a function may use, under the same path as outside."""

    path: str
    is_writable: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may use. `wall_seconds` is the only one that a patient function notices."""

    wall_seconds: float = 60.0
    cpu_seconds: int = 60
    memory_bytes: int = GIB
    processes: int = 64
    file_bytes: int = 32 * MIB
    temporary_bytes: int = 64 * MIB
    temporary_files: int = 1000
    result_bytes: int = 200 * KIB
    output_bytes: int = 10 * MIB


def interpreter() -> str:
    """Return the real interpreter: inside a virtual environment only a link to it lies."""
    return os.path.realpath(sys.executable)


def started(module: str, *words: str, folder: str = str(INSIDE)) -> list[str]:
    """Return the command that calls `main(*words)` of a module of INSIDE, by its compiled form."""
    steps = (
        "import sys",
        "sys.path.insert(0, sys.argv.pop(1))",
        f"import {module}",
        "del sys.path[0]",
        f"{module}.main(*sys.argv[1:])",
    )
    return [interpreter(), "-I", "-S", "-B", "-c", "; ".join(steps), folder, *words]


def search_path() -> list[str]:
    """Return the folders of installed packages, such as Pillow."""
    return [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]


def readable() -> list[str]:
    """Return what Python itself needs beside SYSTEM: the interpreter's home and the installed packages."""
    needed = dict.fromkeys([os.path.realpath(sys.base_prefix), *search_path()])
    return [path for path in needed if not any(is_below(path, system) for system in SYSTEM)]


def usable(folders: Iterable[Folder], hidden: Iterable[str]) -> list[Folder]:
    """Return the folders that exist here and are nobody else's business, parents first.

    hidden  the site's own folder; what holds it may be shown only by a sandbox that can cover it
    """
    secrets = [os.path.realpath(path) for path in hidden]
    shown = [folder for folder in folders if _is_usable(os.path.realpath(folder.path), secrets)]
    return sorted(shown, key=lambda folder: len(Path(folder.path).parts))


def _is_usable(real: str, secrets: list[str]) -> bool:
    is_ordinary = real != "/" and not any(is_below(real, never) for never in NEVER)
    return is_ordinary and real not in secrets and os.path.isdir(real)


def covers(folder: Folder, hidden: Iterable[str]) -> list[str]:
    """Return the places below `folder` where something hidden would show."""
    real = os.path.realpath(folder.path)
    secrets = [os.path.realpath(path) for path in hidden]
    return [
        os.path.join(folder.path, os.path.relpath(path, real)) for path in secrets if is_below(path, real)
    ]


def is_below(path: str, parent: str) -> bool:
    """Whether `path` is `parent` or lies in it. Both are absolute and without links."""
    return path == parent or path.startswith(parent.rstrip("/") + "/")
