"""The full sandbox: bubblewrap gives each call namespaces of its own. The arguments are the policy."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass

from providers.compute import policy
from providers.compute.policy import Folder, Limits

INSIDE = "/run/headrace"
_NOBODY = "65534"


@dataclass(frozen=True, slots=True)
class Features:
    """What bubblewrap and the kernel can do here; found out by trying."""

    disable_userns: bool = True  # the function can make no namespaces of its own
    has_proc: bool = True  # containers often cannot show a fresh /proc


def program() -> str | None:
    """Return where bubblewrap is, or None."""
    return shutil.which("bwrap")


def arguments(
    folders: Iterable[Folder], hidden: Iterable[str], limits: Limits, features: Features
) -> list[str]:
    """Return bubblewrap's arguments up to the command that it shall start."""
    shown = policy.usable(folders, hidden)
    return [
        *_namespaces(features),
        *_system(features, limits),
        *_places(shown, list(hidden)),
        "--remount-ro",
        "/",
        "--chdir",
        "/tmp",
    ]


def _namespaces(features: Features) -> list[str]:
    words = ["--unshare-all", "--unshare-user", "--uid", _NOBODY, "--gid", _NOBODY, "--hostname", "function"]
    words += ["--disable-userns"] if features.disable_userns else []
    return [*words, "--cap-drop", "ALL", "--die-with-parent", "--new-session"]


def _system(features: Features, limits: Limits) -> list[str]:
    words: list[str] = []
    for path in policy.SYSTEM:
        words += ["--ro-bind-try", path, path]
    for path in policy.SYSTEM_LINKS:
        is_link = os.path.islink(path)
        words += ["--symlink", os.readlink(path), path] if is_link else ["--ro-bind-try", path, path]
    for path in policy.SETTINGS_FILES:
        words += ["--ro-bind-try", path, path]
    # Root's own user may write to parts of /proc even without capabilities; nobody needs to.
    words += ["--proc", "/proc", "--remount-ro", "/proc"] if features.has_proc else ["--dir", "/proc"]
    size = str(limits.temporary_bytes)
    words += ["--dev", "/dev", "--size", size, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]
    return [*words, "--size", size, "--tmpfs", "/tmp"]


def _places(shown: list[Folder], hidden: list[str]) -> list[str]:
    """Mounts in order of depth, so that a folder inside another, or inside what is hidden, shows."""
    own = [Folder(path) for path in (*policy.SYSTEM, *policy.readable())]
    covers = {place for folder in (*own, *shown) for place in policy.covers(folder, hidden)}
    mounts = [(place, ["--tmpfs", place]) for place in covers]
    mounts += [(path, ["--ro-bind", path, path]) for path in policy.readable()]
    for folder in shown:
        option = "--bind" if folder.is_writable else "--ro-bind"
        mounts.append((folder.path, [option, os.path.realpath(folder.path), folder.path]))
    mounts.append((INSIDE, ["--ro-bind", str(policy.INSIDE), INSIDE]))
    mounts.sort(key=lambda mount: mount[0].count("/"))
    words = [word for _, mount in mounts for word in mount]
    return [*words, *(word for place in sorted(covers) for word in ("--remount-ro", place))]
