"""The pure modules of the pages, tried by Node's own test runner: one file for each subject."""

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", sorted(path.name for path in HERE.glob("*.mjs")))
def test_modules_do_what_they_say(name: str) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    version = subprocess.run(
        [node, "--version"], capture_output=True, text=True, check=True, timeout=30
    ).stdout
    if int(version.lstrip("v").partition(".")[0]) < 20:
        pytest.skip(f"Node 20 or newer is needed; this is {version.strip()}")
    command = [node, "--experimental-default-type=module", "--no-warnings", "--test", str(HERE / name)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
