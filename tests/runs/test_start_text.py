"""The Advanced tab: problems of the text at their places, and what may stand at the cursor."""

from __future__ import annotations

from typing import Any

import pytest

from runs.launching.start_text import found
from tests.runs.test_start import SCHEMA, client, flow_of


def told(text: str, schema: Any = SCHEMA) -> list[tuple[str, str]]:
    """Return what each problem marks, and its words."""
    units = text.encode("utf-16-le")
    return [
        (units[2 * one["from"] : 2 * one["to"]].decode("utf-16-le"), str(one["message"]))
        for one in found(schema, text)
    ]


@pytest.mark.parametrize(
    ("text", "marked", "words"),
    [
        ('{"name": "A"}', '"A"', "at least 2 characters"),
        ('{"name": "Ada", "count": "x"}', '"x"', "whole number"),
        ('{"name": "😀😀", "count": 12}', "12", "9 or less"),
        ('{"name": "Ada", "tags": ["a", 7]}', "7", "Enter a text"),
        ('{"count": 1}', "{", "name: Enter a value"),
        ('{"name": "Ada", "more": 1}', "1", "not one of this flow"),
        ("[1]", "[", "JSON object"),
    ],
)
def test_problems_stand_at_their_values(text: str, marked: str, words: str):
    ((shown, message),) = told(text)
    assert shown == marked
    assert words in message


@pytest.mark.parametrize(
    "text", ["", "{", '{"name": }', '{"name": "Ada",}', "nonsense", "{" * 1_000, "\ud800"]
)
def test_text_that_is_no_json_is_told(text: str):
    assert found(SCHEMA, text)


def test_names_with_odd_characters_are_found():
    schema = {"properties": {"a b": {"properties": {"it's": {"type": "number"}}}}}
    assert told('{"a b": {"it\'s": "x"}}', schema) == [('"x"', "Enter a number, such as 3 or 0.5.")]


@pytest.mark.django_db
def test_the_page_asks_for_problems_and_proposals():
    flow = flow_of()
    address = f"/flows/{flow.pk}/start"
    answer = client("bob").post(f"{address}/problems", {"text": '{"name": 1}'}).json()
    assert [one["from"] for one in answer["problems"]] == [9]
    answer = client("bob").post(f"{address}/complete", {"text": '{"é😀": 1, "na'}).json()
    assert answer["from"] == 11
    assert answer["options"][0] == {
        "label": "name",
        "apply": '"name": ""',
        "detail": "required",
        "info": "Name",
    }


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "status"), [("carol", 403), ("mallory", 404), (None, 302)])
@pytest.mark.parametrize("what", ["problems", "complete"])
def test_only_starters_may_ask(name: str | None, status: int, what: str):
    flow = flow_of()
    assert client(name).post(f"/flows/{flow.pk}/start/{what}", {"text": "{"}).status_code == status


@pytest.mark.django_db
def test_flows_are_found_by_words_and_by_id():
    flow = flow_of()
    found_flows = client("bob").get("/flows/search?q=night").json()["flows"]
    assert [one["id"] for one in found_flows] == [str(flow.pk)]
    assert client("bob").get(f"/flows/search?q={flow.pk}").json()["flows"] == found_flows
    assert client("mallory").get(f"/flows/search?q={flow.pk}").json()["flows"] == []
