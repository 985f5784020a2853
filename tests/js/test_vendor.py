"""The foreign browser code in static/vendor/ is what its packages build to; our own has the types it says."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "static" / "vendor"
TOOLS = ROOT / "tools" / "vendor"


@pytest.mark.parametrize("name", ["codemirror", "viz", "partysocket"])
def test_each_file_tells_its_versions_and_brings_its_licence(name: str) -> None:
    with (VENDOR / f"{name}.js").open() as file:
        first_line = file.readline()
    assert re.match(r"/\*! \S+ \d+\.\d+\.\d+", first_line)
    assert f"{name}.LICENSE.txt" in first_line
    assert "Permission is hereby granted" in (VENDOR / f"{name}.LICENSE.txt").read_text()


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of tools/vendor with its packages installed."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    copy = tmp_path_factory.mktemp("site") / "tools" / "vendor"
    shutil.copytree(TOOLS, copy, ignore=shutil.ignore_patterns("node_modules"))
    installed = subprocess.run(
        ["npm", "ci", "--silent"], cwd=copy, capture_output=True, text=True, timeout=300
    )
    if installed.returncode:
        pytest.skip(f"the packages cannot be installed here: {installed.stderr.strip()[:200]}")
    return copy


@pytest.mark.slow
def test_building_again_gives_the_same_bytes(tools: Path) -> None:
    shutil.copytree(VENDOR, tools.parents[1] / "static" / "vendor")
    built = subprocess.run(["sh", "check.sh"], cwd=tools, capture_output=True, text=True, timeout=120)
    assert built.returncode == 0, built.stdout + built.stderr


@pytest.mark.slow
def test_the_types_of_our_scripts_hold(tools: Path) -> None:
    command = [tools / "node_modules/.bin/tsc", "--project", ROOT / "jsconfig.json"]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert checked.returncode == 0, checked.stdout + checked.stderr
