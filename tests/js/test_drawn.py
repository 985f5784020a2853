"""The diagram in a real browser: hostile names stay text, marks and keys do what they should."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from flowlang import diagram

ROOT = Path(__file__).parents[2]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
HOSTILE = [
    'a>; evil [URL="javascript:alert(1)" label=x]; <b>',
    '<<TABLE><TR><TD HREF="javascript:alert(1)">x</TD></TR></TABLE>>',
    "<b>bold</b>",
    '<<TABLE><TR><TD><IMG SRC="/etc/x.png"/></TD></TR></TABLE>>',
    "a\\",
    "\\N \\G \\l",
    "&lt;script&gt;window.hacked = 1&lt;/script&gt;",
    "</text><script>window.hacked = 1</script>",
    "two\nlines\r",
    "nul\x00",
    "half \ud800",
]
# What no picture of ours has, should Graphviz ever be talked into it.
SMUGGLED = """digraph {
  a [id="state-0" class="state" URL="javascript:window.hacked=1" target="_top" tooltip="x"];
  b [id="state-1" class="state" label=<<TABLE><TR><TD HREF="https://example.org/">x</TD></TR></TABLE>>];
  a -> b [id="edge-0-1-next" URL="https://example.org/" class="transition"] }"""


def drawn(dot: str, states: list[dict[str, Any]]) -> dict[str, Any]:
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.skip("There is no Chromium on this machine; ./test installs one.")
    command = [sys.executable, str(Path(__file__).with_name("drawn.py")), program, str(ROOT)]
    flow = json.dumps({"dot": dot, "states": states})
    done = subprocess.run(command, input=flow, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def chain(names: list[str]) -> dict[str, Any]:
    links = dict(pairwise(names))
    return {
        "StartAt": names[0],
        "States": {
            name: {"Type": "Pass", **({"Next": links[name]} if name in links else {"End": True})}
            for name in names
        },
    }


@pytest.mark.slow
def test_hostile_names_are_drawn_as_text_and_nothing_more() -> None:
    flow = chain(HOSTILE)
    result = drawn(diagram.to_dot(flow), [dict(entry) for entry in diagram.states(flow)])
    assert len(result["states"]) == len(HOSTILE)
    assert not result["hacked"]
    assert result["outside"] == []
    assert set(result["names"]) <= {"g", "path", "polygon", "ellipse", "text", "title", "rect", "use"}


@pytest.mark.slow
def test_links_that_got_into_a_picture_are_taken_out() -> None:
    states = [{"index": 0, "name": "a", "type": "Pass"}, {"index": 1, "name": "b", "type": "Fail"}]
    result = drawn(SMUGGLED, states)
    assert "a" not in result["names"]
    assert not [name for name in result["attributes"] if "href" in name or name.startswith("on")]


@pytest.mark.slow
def test_marks_keys_and_the_list_beside_the_picture() -> None:
    flow = chain(["Copy", "Check"])
    result = drawn(diagram.to_dot(flow), [dict(entry) for entry in diagram.states(flow)])
    assert "status--succeeded" in result["states"][0]
    assert "status--failed" in result["states"][1]
    assert any("taken" in name for name in result["edges"])
    assert result["chosen"] == [[0, False], [0, True]]
    assert result["outline"] == ["Copy, Pass, succeeded", "Check, Pass, failed"]
    assert result["strip"] == "The diagram shows the last valid version (line 1: it is broken)."
    assert result["routes"] == 1
