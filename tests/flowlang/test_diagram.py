"""The diagram: what is drawn, under which names, and that no name can be more than a name."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowlang.diagram import FAST_ABOVE_STATES, states, to_dot

DOT = Path(sys.executable).with_name("graphviz-pure")
END = {"Type": "Pass", "End": True}
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    '<a>; evil [URL="javascript:alert(1)" label=x]; <b>',
    '<<TABLE><TR><TD HREF="javascript:alert(1)">x</TD></TR></TABLE>>',
    "<b>bold</b>",
    '<<TABLE><TR><TD><IMG SRC="/etc/x.png"/></TD></TR></TABLE>>',
    "a\\",
    "\\",
    "\\N \\G \\l",
    "&lt;",
    "&amp;#60;",
    "new\nline\r",
    "nul\0x",
    "\ud800",
    '"',
    '" ]; x [href="y',
    "",
    "port:n:s",
    "strict",
    "\u202etxt.exe",
    "😀 名前",
    "</text><script>alert(1)</script>",
    "<>",
    "a -> b",
    "{x|y}",
    "\ufffe\u2028",
]


def svg(dot: str) -> ElementTree.Element:
    done = subprocess.run([DOT, "-Tsvg"], input=dot.encode(), capture_output=True, timeout=30, check=True)
    return ElementTree.fromstring(done.stdout)


def groups(root: ElementTree.Element, kind: str) -> dict[str, ElementTree.Element]:
    return {
        str(group.get("id")): group
        for group in root.iter(f"{SVG}g")
        if kind in str(group.get("class")).split()
    }


def words(group: ElementTree.Element) -> list[str]:
    return [str(text.text).strip("\u00a0") for text in group.iter(f"{SVG}text")]


def hostile_flow() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for at, name in enumerate(HOSTILE):
        after = HOSTILE[(at + 1) % len(HOSTILE)]
        rule = {"Variable": f"$.{name}", "StringEquals": name, "Next": after}
        found[name] = (
            {"Type": "Choice", "Choices": [rule], "Default": HOSTILE[0]}
            if at % 2
            else {
                "Type": name if at % 4 else "Action",
                "ActionUrl": f"https://example.org/{name}",
                "Next": after,
                "Catch": [{"ErrorEquals": [name], "Next": HOSTILE[3]}],
            }
        )
    return {"StartAt": HOSTILE[0], "States": found}


@pytest.mark.parametrize("catches", [False, True])
def test_hostile_names_are_shown_as_text_and_nothing_else(catches: bool) -> None:
    root = svg(to_dot(hostile_flow(), catches=catches))
    assert set(groups(root, "state")) == {f"state-{at}" for at in range(len(HOSTILE))}
    assert len(groups(root, "node")) == len(HOSTILE) + 1
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "g", "title", "path", "text", "polygon", "polyline", "ellipse"}
    for element in root.iter():
        assert not [
            name for name in element.attrib if "href" in name.lower() or name.lower().startswith("on")
        ]
    shown = {at: words(group) for at, group in groups(root, "state").items()}
    assert shown["state-2"][0] == "<b>bold</b>"
    assert shown["state-4"][0] == "a\\"
    assert shown["state-6"][0] == "\\N \\G \\l"
    assert shown["state-7"][0] == "&lt;"
    assert shown["state-8"][0] == "&amp;#60;"
    assert shown["state-9"][0] == "new�line�"
    assert shown["state-17"][0] == "�txt.exe"


def test_a_name_and_a_type_that_together_look_like_markup_are_text() -> None:
    root = svg(to_dot({"StartAt": "<b", "States": {"<b": {"Type": "i>", "End": True}}}))
    assert words(groups(root, "state")["state-0"]) == ["<b", "i>"]


def test_every_state_is_a_node_with_its_type_provider_and_catches() -> None:
    definition = {
        "StartAt": "Copy",
        "States": {
            "Copy": {
                "Type": "Action",
                "ActionUrl": "https://transfer.actions.globus.org/transfer",
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Bad"}],
                "Next": "Is it there?",
            },
            "Is it there?": {
                "Type": "Choice",
                "Choices": [
                    {"Variable": "$.size", "NumericGreaterThan": 10, "Next": "Done"},
                    {"Variable": "$.kind", "StringEquals": "dir", "Next": "Done"},
                ],
                "Default": "Bad",
            },
            "Bad": {"Type": "Fail"},
            "Done": END,
        },
    }
    root = svg(to_dot(definition))
    nodes = groups(root, "state")
    assert words(nodes["state-0"]) == ["Copy", "Action · transfer · catch 1"]
    assert str(nodes["state-1"].get("class")).split() == ["node", "state", "type-choice"]
    edges = groups(root, "edge")
    assert words(edges["edge-1-3-choice"]) == ["size > 10", 'kind = "dir"']
    assert words(edges["edge-1-2-default"]) == ["otherwise"]
    assert {name for name in edges if not name.startswith("edge-1")} >= {
        "edge-start-0",
        "edge-0-1-next",
        "edge-3-end",
    }
    assert "edge-0-2-catch" not in edges
    assert "edge-0-2-catch" in groups(svg(to_dot(definition, catches=True)), "edge")
    assert {"diagram-start", "diagram-end"} <= set(groups(root, "node"))


def test_states_out_of_reach_stand_apart() -> None:
    dot = to_dot({"StartAt": "A", "States": {"A": END, "Lost": {"Type": "Pass", "Next": "Lost"}}})
    cluster = dot[dot.index("cluster_unreachable") :]
    assert 'id="state-1"' in cluster[: cluster.index("}")]
    assert 'id="state-0"' not in cluster[: cluster.index("}")]
    assert "cluster" not in to_dot({"StartAt": "Nowhere", "States": {"A": END}})


def test_what_a_wrong_definition_has_is_drawn() -> None:
    definition = {
        "StartAt": "A",
        "States": {
            "A": {"Next": "B"},
            "B": {"Type": "Pass", "Next": "Nowhere", "End": "yes"},
            "C": None,
            "D": 5,
        },
    }
    root = svg(to_dot(definition))
    assert set(groups(root, "state")) == {"state-0", "state-1", "state-2", "state-3"}
    assert set(groups(root, "edge")) == {"edge-start-0", "edge-0-1-next"}


JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["StartAt", "States", "Next", "Choices", "Catch", "Handler", "A"]), inner
        )
    ),
    max_leaves=10,
)


@given(JUNK)
@settings(max_examples=25)
def test_no_value_raises(definition: Any) -> None:
    assert to_dot(definition).startswith("digraph flow {")
    assert isinstance(states(definition), list)


def test_scripts_can_tell_which_node_is_which_state() -> None:
    definition = {
        "StartAt": "A",
        "States": {
            "A": {"Type": "Action", "ActionUrl": "https://actions.globus.org/search/ingest"},
            "B": {"Type": "Action", "Handler": {"Type": "RegisteredAPI", "Id": "x"}},
            "C": {"Type": "Wait"},
            "D": {},
        },
    }
    assert states(definition) == [
        {"index": 0, "name": "A", "type": "Action", "provider": "search ingest", "ways": []},
        {"index": 1, "name": "B", "type": "Action", "provider": "registered API", "ways": []},
        {"index": 2, "name": "C", "type": "Wait", "provider": "", "ways": []},
        {"index": 3, "name": "D", "type": "", "provider": "", "ways": []},
    ]


def test_scripts_can_tell_where_a_state_leads_and_when_in_full() -> None:
    long = "a_very_long_name_that_takes_more_room"
    rule = {"Variable": f"$.{long}", "IsPresent": True, "Next": "B"}
    definition = {
        "StartAt": "A",
        "States": {
            "A": {"Type": "Choice", "Choices": [rule], "Default": "B"},
            "B": {"Type": "Action", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "A"}], "End": True},
        },
    }
    ways = [entry["ways"] for entry in states(definition)]
    assert ways[0] == [
        {"to": 1, "kind": "choice", "words": f"{long} is present"},
        {"to": 1, "kind": "default", "words": "otherwise"},
    ]
    assert ways[1] == [
        {"to": 0, "kind": "catch", "words": "on any error"},
        {"to": -1, "kind": "end", "words": ""},
    ]
    shown = words(groups(svg(to_dot(definition)), "edge")["edge-0-1-choice"])
    assert shown == ["a_very_long_name_that_takes_more_…"]


def test_a_condition_is_told_without_its_guards() -> None:
    there = {"Variable": "$.kind", "IsPresent": True}
    rule = {"And": [there, {"Variable": "$.kind", "StringEquals": "dir"}], "Next": "A"}
    definition = {"StartAt": "A", "States": {"A": {"Type": "Choice", "Choices": [rule]}}}
    assert states(definition)[0]["ways"][0]["words"] == 'kind = "dir"'
    rule["And"] = [there, {"Variable": "$.size", "NumericGreaterThan": 1}]
    assert states(definition)[0]["ways"][0]["words"] == "kind is present and size > 1"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://transfer.actions.globus.org/ls", "transfer ls"),
        ("https://actions.globus.org/transfer/ls/", "transfer ls"),
        ("https://compute.actions.globus.org/v3", "compute"),
        ("https://actions.automate.globus.org/transfer/transfer", "transfer"),
        ("https://flows.globus.org/flows/5efa85a0-54d7-426e-b9f1-59452fda9922", "flows.globus.org flows"),
        ("https://my.example.org/ssh?x=1", "my.example.org ssh"),
        ("no address", "no address"),
        (5, ""),
    ],
)
def test_short_names_of_providers(url: Any, name: str) -> None:
    (entry,) = states({"States": {"A": {"Type": "Action", "ActionUrl": url}}})
    assert entry["provider"] == name


def test_long_names_take_two_lines_and_are_then_cut() -> None:
    counted = "one two three four five six seven eight nine ten"
    names = ["CopySourceToIntermediateStorage", "x" * 100, counted, f"{counted} eleven"]
    root = svg(to_dot({"StartAt": names[0], "States": dict.fromkeys(names, END)}))
    lines = [words(group)[:-1] for group in groups(root, "state").values()]
    assert lines == [
        ["CopySourceToIntermediate", "Storage"],
        ["x" * 24, "x" * 23 + "…"],
        ["one two three four five", "six seven eight nine ten"],
        ["one two three four five", "six seven eight nine te…"],
    ]


def test_hundreds_of_states_that_all_lead_back_are_laid_out_in_time() -> None:
    size = 400
    found: dict[str, Any] = {}
    for at in range(size):
        rule = {"Variable": "$.x", "IsPresent": True, "Next": "S0"}
        found[f"S{at}"] = {"Type": "Choice", "Choices": [rule], "Default": f"S{at + 1}"}
    dot = to_dot({"StartAt": "S0", "States": {**found, f"S{size}": END}})
    assert size > FAST_ABOVE_STATES
    assert "nslimit=1" in dot
    assert "splines=line" in dot
    assert len(groups(svg(dot), "state")) == size + 1
    assert len(re.findall(r"→ S0", dot)) > 350
