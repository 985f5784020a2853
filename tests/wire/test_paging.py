"""Pages over columns that may be null, and the readers of query parameters."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.test import RequestFactory
from django.utils import timezone

from tests.people import person
from wire import paging, parameters
from wire.errors import BadRequest
from wire.models import ApiToken


@pytest.mark.django_db
@pytest.mark.parametrize("order", [["last_used_at", "id"], ["-last_used_at", "-id"]])
def test_rows_without_a_value_come_last_and_none_is_lost(order):
    now, user = timezone.now(), person("bob")
    used = [None, now, None, now - timedelta(days=1), now, None]
    for place, instant in enumerate(used):
        ApiToken.objects.create(user=user, name=f"{place}", digest=f"{place}", last_used_at=instant)
    names, query = [], {"per_page": "2"}
    while query:
        listing = paging.read(RequestFactory().get("/list", query))
        page = listing.page(ApiToken.objects.all(), order)
        names += [token.name for token in page.items]
        query = {"marker": page.marker} if page.marker else {}
    assert names == (
        ["3", "1", "4", "0", "2", "5"] if order[0] == "last_used_at" else ["4", "1", "3", "5", "2", "0"]
    )


def test_a_marker_of_one_list_does_not_open_another():
    listing = paging.read(RequestFactory().get("/one", {"per_page": "1"}))
    marker = listing.numbered(["a", "b"]).marker
    assert paging.read(RequestFactory().get("/one", {"marker": marker})).numbered(["a", "b"]).items == ["b"]
    with pytest.raises(BadRequest, match="marker"):
        paging.read(RequestFactory().get("/two", {"marker": marker}))


def test_the_web_input_style_has_no_has_next_page():
    page = paging.Page(["a"], 20, None)
    assert page.summary("web_input_summaries", ["a"]) == {"web_input_summaries": ["a"], "marker": None}


@pytest.mark.parametrize("text", ["true", "True", "TRUE", "1"])
def test_true(text):
    assert parameters.flag(QueryDict(f"a={text}"), "a") is True


@pytest.mark.parametrize("text", ["false", "False", "0"])
def test_false(text):
    assert parameters.flag(QueryDict(f"a={text}"), "a", default=True) is False


def test_an_empty_parameter_is_absent():
    query = QueryDict("a=&b=%20")
    assert parameters.flag(query, "a", default=True) is True
    assert (parameters.text(query, "b"), parameters.texts(query, "a")) == (None, [])
    assert parameters.number(query, "a", 10, most=100) == 10


def test_lists_are_joined_repeated_or_both():
    assert parameters.texts(QueryDict("a=x,y&a=z&a="), "a") == ["x", "y", "z"]


@pytest.mark.parametrize("text", ["yes", "2", "truefalse"])
def test_another_boolean_is_a_clear_error(text):
    with pytest.raises(BadRequest, match="a:"):
        parameters.flag(QueryDict(f"a={text}"), "a")


@pytest.mark.parametrize("text", ["0", "101", "-1", "1.5", "1e2", "٣", "9" * 30])
def test_another_number_is_a_clear_error(text):
    with pytest.raises(BadRequest, match="from 1 to 100"):
        parameters.number(QueryDict(f"a={text}"), "a", 1, most=100)


def test_ids_must_be_ids():
    with pytest.raises(BadRequest, match="not a UUID"):
        parameters.uuids(QueryDict("a=x"), "a")
