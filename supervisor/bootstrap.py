"""Makes the virtual environment. Runs under the system's Python, before anything is installed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
VENV = BASE / ".venv"
PYTHON = VENV / "bin" / "python"


def install(requirements: str) -> None:
    """Make .venv and install what `requirements` pins, unless that very list is installed already."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(BASE.glob("requirements*.txt"))))
    stamp = VENV / f"{requirements}.installed"
    if stamp.exists() and stamp.read_text() == digest.hexdigest() and PYTHON.exists():
        return
    if not PYTHON.exists():
        print("Creating .venv", flush=True)
        call([sys.executable, "-m", "venv", str(VENV)], "On Debian or Ubuntu: apt install python3-venv")
    print(f"Installing {requirements} (the first time this takes about half a minute)", flush=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]
    call(pip, "Is the network there? Run the command again to try once more.")
    # So that `python -m flowlang` starts at once where Python itself may not keep compiled code. No need to.
    subprocess.run([str(PYTHON), "-m", "compileall", "-q", "flowlang"], capture_output=True, cwd=BASE)
    stamp.write_text(digest.hexdigest())


def call(command: list[str], remedy: str) -> None:
    """Run `command` quietly; when it fails, exit with its last words and the remedy."""
    done = subprocess.run(command, capture_output=True, text=True, cwd=BASE)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-5:]
        sys.exit("\n".join([f"This did not work: {' '.join(command)}", *last, remedy]))


def become(arguments: list[str]) -> None:
    """Go on as the virtual environment's Python with these arguments."""
    os.chdir(BASE)
    os.execv(PYTHON, [str(PYTHON), *arguments])
