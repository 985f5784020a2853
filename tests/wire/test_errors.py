"""The error envelope: on every refusal, whoever makes it."""

from __future__ import annotations

import uuid

import pytest
from django.db import DataError

from tests.people import Api
from wire.errors import server_error

pytestmark = pytest.mark.django_db


def error_of(answer, status: int, code: str):
    """The error in the envelope, after checking the envelope."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"].startswith("application/json")
    document = answer.json()
    assert set(document) == {"error", "debug_id"}
    assert uuid.UUID(document["debug_id"])
    assert document["error"]["code"] == code
    assert isinstance(document["error"]["detail"], str | list)
    return document["error"]


def test_unknown_address():
    error_of(Api("alice")("GET", "/nowhere"), 404, "NOT_FOUND")


def test_a_trailing_slash_is_another_address():
    error_of(Api("alice")("GET", "/flows/"), 404, "NOT_FOUND")


def test_wrong_verb():
    answer = Api("alice")("PATCH", "/flows")
    error_of(answer, 405, "METHOD_NOT_ALLOWED")
    assert "POST" in answer["Allow"]


def test_wrong_media_type(client):
    token = Api("alice")
    answer = token._client.post("/api/flows", b"a=1", content_type="text/plain")
    error_of(answer, 415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{", "line 1, column 2"),
        (b'{"a": 1,}', "line 1"),
        (b'{"a": 1}x', "line 1, column 9"),
        (b"\xff{}", "UTF-8"),
        ("{}".encode("utf-16"), "UTF-8"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b"[" * 100_000 + b"]" * 100_000, "nested"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "nested"),
        (b'{"a": "' + b'\\"' * 400_000, "line 1"),
        (b'{"title": "\\ud800"}', "surrogate"),
        (b'{"\\udfff": 1}', "surrogate"),
        (b'{"title": "a\\u0000b"}', "NUL"),
        (b'{"a": 1e999}', "1e999"),
        (b'{"a": -1e999}', "-1e999"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": Infinity}', "Infinity"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "too large"),
        (b'{"a": 99999999999999999999}', "too large"),
        (b'{"title": "a", "title": "b"}', '"title" is given twice'),
        (b'{"definition": {"StartAt": "A", "StartAt": "B"}}', '"StartAt" is given twice'),
        (b'"x"', "a string"),
        (b"[1]", "an array"),
        (b"null", "null"),
        (b"3", "a number"),
        (b'{"a": "\x01"}', "line 1"),
    ],
)  # fmt: skip
def test_a_body_that_is_no_clean_json_object_is_a_400_that_says_why(body, says):
    error = error_of(Api("alice")("POST", "/flows", body), 400, "BAD_REQUEST")
    assert says in error["detail"]


def test_pairs_of_surrogates_and_exact_numbers_are_kept():
    body = (
        b'{"title": "\\ud83d\\ude00", "input_schema": {}, "definition": {"StartAt": "A", "States": '
        b'{"A": {"Type": "Pass", "Result": {"n": 9007199254740993, "m": 1.0}, "ResultPath": "$.r", '
        b'"End": true}}}}'
    )
    alice = Api("alice")
    made = alice("POST", "/flows", body)
    assert made.status_code == 201, made.content
    text = alice("GET", f"/flows/{made.json()['id']}").content
    assert "😀".encode() in text
    assert b'"n":9007199254740993,"m":1.0' in text


def test_a_body_that_is_too_large():
    body = b'{"title": "' + b"x" * 2_200_000 + b'"}'
    error_of(Api("alice")("POST", "/flows", body), 413, "PAYLOAD_TOO_LARGE")


def test_an_empty_body_is_an_empty_object():
    error = error_of(Api("alice")("POST", "/flows", b""), 422, "UNPROCESSABLE_ENTITY")
    assert error["detail"][0]["loc"] == ["definition"]


def test_what_a_database_cannot_hold_is_a_bad_request(rf):
    try:
        raise DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    except DataError:
        answer = server_error(rf.get("/api/flows"))
    assert answer.status_code == 400
    assert b"NUL character" in answer.content


def test_a_form_that_is_too_large_is_told_so(client):
    answer = client.post("/sign-in/", {"username": "x" * 1_100_000})
    assert answer.status_code == 400
    assert b"more than 1 MB of text. Send less at once" in answer.content


def test_who_comes_by_a_name_that_is_not_allowed_is_told_the_setting(client):
    answer = client.get("/", headers={"host": "192.0.2.7:8000"})
    assert answer.status_code == 400
    assert b"add it to the setting ALLOWED_HOSTS" in answer.content


def test_pages_get_a_page(client):
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert b"Nothing is here" in answer.content
