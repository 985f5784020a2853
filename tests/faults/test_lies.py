"""The engine's own tests, while some commits succeed and then say that the connection was lost."""

import os
import re
import subprocess
import sys

import pytest

from tests.engine.workshop import BASE

# Left out are tests that count statements (a lie costs some), those that are about errors of the database,
# and one that does not wait for the second try of a call whose provider was lied to.
SUITE = ["rules", "calls", "wishes", "web_inputs", "endings"]
SECONDS = 400


def lied_to(share: float, seed: int) -> int:
    """Do the engine's tests under these lies, and return how many were told."""
    command = [sys.executable, "-m", "pytest", "-p", "tests.faults.lying", "--ds=tests.faults.settings"]
    files = [f"tests/engine/test_{name}.py" for name in SUITE]
    done = subprocess.run(
        [*command, "-k", "not cost and not a_built_in_provider", "--tb=short", "-o", "addopts=", *files],
        cwd=BASE, env=os.environ | {"FAULTS_LIES": f"{share}:{seed}"},
        text=True, capture_output=True, timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
    (told,) = re.findall(r"^lies told: (\d+)$", done.stdout, re.MULTILINE)
    return int(told)


def test_the_engine_holds_though_commits_lie():
    assert lied_to(0.05, 1) >= 10


@pytest.mark.soak
@pytest.mark.parametrize("seed", [2, 3, 4])
def test_the_engine_holds_whichever_commits_lie(seed):
    assert lied_to(0.01, seed) >= 1
