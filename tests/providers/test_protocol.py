"""The action provider protocol over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from providers.registry import built_in
from providers.search.access import create_index
from providers.transfer.tasks import carry_out
from tests.people import person, urn
from wire.auth import issue_token

OURS = ("hello_world", "expression_eval", "search/ingest", "search/delete", "notification/notify")
FAMILY = ("ls", "stat", "mkdir", "collection_info", "transfer", "delete")


class Http:
    """The protocol as one person speaks it."""

    def __init__(self, name: str | None) -> None:
        headers = {"authorization": f"Bearer {issue_token(person(name))}"} if name else {}
        self._client = Client(headers=headers, raise_request_exception=False)

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        kind = "application/json" if body is not None else ""
        return self._client.generic(method, f"/actions/{path}", content, content_type=kind)

    def run(self, provider: str, /, **body: Any) -> Any:
        return self("POST", f"{provider}/run", {"request_id": "r1", "body": body})


@pytest.fixture
def alice_speaks(alice) -> Http:
    return Http("alice")


@pytest.mark.parametrize("path", [*OURS, *(f"transfer/{name}" for name in FAMILY)])
@pytest.mark.parametrize("slash", ["", "/"])
def test_everybody_may_ask_what_a_provider_is(db: None, path: str, slash: str) -> None:
    answer = Http(None)("GET", path + slash)
    assert answer.status_code == 200 and answer["Access-Control-Allow-Origin"] == "*"
    told = answer.json()
    assert {"globus_auth_scope", "title", "synchronous", "input_schema", "api_version"} <= set(told)
    assert told["types"] == ["ACTION"] and told["visible_to"] == ["public"]


def test_an_action_lives_from_run_to_release(alice_speaks: Http) -> None:
    started = alice_speaks.run("hello_world", echo_string="hi", sleep_time=60)
    id = started.json()["action_id"]
    assert (started.status_code, started.json()["status"]) == (202, "ACTIVE")
    assert alice_speaks("GET", f"hello_world/{id}/status").json()["status"] == "ACTIVE"
    early = alice_speaks("POST", f"hello_world/{id}/release")
    assert (early.status_code, early.json()["code"]) == (409, "ActionConflict")
    cancelled = alice_speaks("POST", f"hello_world/{id}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "FAILED")
    assert alice_speaks("POST", f"hello_world/{id}/cancel").status_code == 409
    assert alice_speaks("POST", f"hello_world/{id}/release").status_code == 200
    gone = alice_speaks("GET", f"hello_world/{id}/status")
    assert (gone.status_code, gone.json()["code"]) == (404, "ActionNotFound")


def test_the_resource_style_twins_do_the_same(alice_speaks: Http) -> None:
    body = {"request_id": "r1", "body": {"sleep_time": 60}}
    id = alice_speaks("POST", "hello_world/actions", body).json()["action_id"]
    assert [action["action_id"] for action in alice_speaks("GET", "hello_world/actions").json()] == [id]
    assert alice_speaks("GET", f"hello_world/actions/{id}").json()["action_id"] == id
    assert alice_speaks("POST", f"hello_world/actions/{id}/cancel").json()["status"] == "FAILED"
    assert alice_speaks("GET", "hello_world/actions").json() == []
    assert len(alice_speaks("GET", "hello_world/actions?status=Failed,SUCCEEDED").json()) == 1
    assert alice_speaks("DELETE", f"hello_world/actions/{id}").status_code == 200
    assert alice_speaks("GET", f"hello_world/actions/{id}").status_code == 404


def test_a_repeated_request_answers_200_with_the_same_action(alice_speaks: Http) -> None:
    first = alice_speaks.run("hello_world", echo_string="hi")
    again = alice_speaks.run("hello_world", echo_string="hi")
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json() == again.json()
    other = alice_speaks.run("hello_world", echo_string="ho")
    assert (other.status_code, other.json()["code"]) == (409, "ActionConflict")


def test_the_transfer_family_works_over_http(alice_speaks: Http, collection) -> None:
    source, target = collection("source", {"in/a.txt": "a"}), collection("target")
    ids = {"endpoint_id": str(source.pk)}
    assert alice_speaks.run("transfer/ls", **ids, path="/in").json()["details"]["total"] == 1
    assert alice_speaks.run("transfer/stat", **ids, path="/in").json()["details"]["type"] == "dir"
    assert alice_speaks.run("transfer/mkdir", **ids, path="/new").json()["status"] == "SUCCEEDED"
    assert alice_speaks.run("transfer/collection_info", **ids).json()["details"]["host_path"] == source.root
    both = {"source_endpoint": str(source.pk), "destination_endpoint": str(target.pk)}
    data = [{"source_path": "/in/", "destination_path": "/out/"}]
    started = alice_speaks.run("transfer/transfer", **both, DATA=data).json()
    assert started["status"] == "ACTIVE"
    carry_out(started["action_id"])
    ended = alice_speaks("GET", f"transfer/transfer/{started['action_id']}/status").json()
    assert (ended["status"], ended["details"]["files_transferred"]) == ("SUCCEEDED", 1)
    gone = alice_speaks.run(
        "transfer/delete", endpoint=str(target.pk), DATA=[{"path": "/out"}], recursive=True
    )
    carry_out(gone.json()["action_id"])
    assert (
        alice_speaks("GET", f"transfer/delete/{gone.json()['action_id']}/status").json()["status"]
        == "SUCCEEDED"
    )


def test_the_others_work_over_http(alice_speaks: Http, mailoutbox) -> None:
    index = create_index("Demo", person("alice"))
    document = {"search_index": str(index.pk), "subject": "s", "visible_to": ["public"], "content": {"a": 1}}
    assert alice_speaks.run("search/ingest", **document).json()["status"] == "SUCCEEDED"
    wanted = {"search_index": str(index.pk), "delete_by": "subject", "subject": "s"}
    assert alice_speaks.run("search/delete", **wanted).json()["status"] == "SUCCEEDED"
    assert alice_speaks.run("expression_eval", expression="2 + 3").json()["details"] == {"result": 5}
    letter = {"destination": "ada@example.org", "body_template": "Hello"}
    assert alice_speaks.run("notification/notify", **letter).status_code == 202 and len(mailoutbox) == 1


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer " + "x" * 3000])
def test_without_a_valid_token_nothing_runs(db: None, authorization: str) -> None:
    client = Client(headers={"authorization": authorization} if authorization else {})
    body = json.dumps({"request_id": "r", "body": {}})
    for path in ("hello_world/run", "hello_world/actions", "hello_world/x/cancel", "hello_world/x/release"):
        answer = client.post(f"/actions/{path}", body, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (401, "UnauthorizedRequest")
        assert "WWW-Authenticate" in answer


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[1]", 400),
        (b'"x"', 400),
        (b"[" * 100_000 + b"]" * 100_000, 400),
        (b'{"request_id": "r", "body": {"x": NaN}}', 400),
        (b'{"request_id": "\xff", "body": {}}', 400),
        (b'{"request_id": "\\ud800", "body": {}}', 400),
        (b'{"request_id": "r", "body": {"echo_string": "\\u0000"}}', 400),
        (b"", 422),
        (b"{}", 422),
        ({"request_id": 5, "body": {}}, 422),
        ({"request_id": "", "body": {}}, 422),
        ({"request_id": "x" * 256, "body": {}}, 422),
        ({"request_id": "r", "body": []}, 422),
        ({"request_id": "r", "body": {}, "label": ""}, 422),
        ({"request_id": "r", "body": {}, "label": "x" * 65}, 422),
        ({"request_id": "r", "body": {}, "monitor_by": ["bob"]}, 422),
        ({"request_id": "r", "body": {}, "manage_by": "urn:x"}, 422),
        ({"request_id": "r", "body": {"unknown": 1}}, 422),
        ({"request_id": "r", "body": {"echo_string": 1}}, 422),
    ],
)
def test_a_bad_request_is_refused_clearly(alice_speaks: Http, body: Any, status: int) -> None:
    answer = alice_speaks("POST", "hello_world/run", body)
    names = {400: "BadActionRequest", 422: "RequestValidationError"}
    assert (answer.status_code, answer.json()["code"]) == (status, names[status])
    assert answer.json()["description"]


def test_members_that_the_protocol_does_not_know_are_ignored(alice_speaks: Http) -> None:
    body = {
        "request_id": "r",
        "body": {},
        "release_after": "P30D",
        "deadline": None,
        "allowed_clients": ["public"],
    }
    assert alice_speaks("POST", "hello_world/run", body | {"nonsense": 1}).status_code == 202


def test_another_persons_action_is_not_found(alice_speaks: Http, bob, mallory) -> None:
    body = {"request_id": "r", "body": {"sleep_time": 9}, "monitor_by": [urn("bob")]}
    id = alice_speaks("POST", "hello_world/run", body).json()["action_id"]
    assert Http("bob")("GET", f"hello_world/{id}/status").status_code == 200
    for name, method, path in (
        ("bob", "POST", f"hello_world/{id}/cancel"),
        ("mallory", "GET", f"hello_world/{id}/status"),
        ("mallory", "POST", f"hello_world/{id}/cancel"),
        ("mallory", "DELETE", f"hello_world/actions/{id}"),
    ):
        answer = Http(name)(method, path)
        assert (answer.status_code, answer.json()["code"]) == (404, "ActionNotFound")
    assert len(Http("bob")("GET", "hello_world/actions?roles=monitor_by").json()) == 1
    assert Http("mallory")("GET", "hello_world/actions").json() == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "", 404),
        ("GET", "nope", 404),
        ("POST", "nope/run", 404),
        ("POST", "hello_world/x/resume", 404),
        ("GET", "hello_world/x/log", 404),
        ("GET", "hello_world/x/status", 404),
        ("GET", "hello_world/%2e%2e/status", 404),
        ("DELETE", "hello_world/run", 405),
        ("GET", "hello_world/actions?status=done", 400),
        ("GET", "hello_world/actions?roles=owner__password", 400),
    ],
)
def test_wrong_addresses_answer_in_the_protocols_shape(
    alice_speaks: Http, method: str, path: str, status: int
) -> None:
    answer = alice_speaks(method, path)
    assert answer.status_code == status and set(answer.json()) == {"code", "description"}


def test_a_body_of_another_kind_is_refused(alice_speaks: Http) -> None:
    answer = alice_speaks._client.post("/actions/hello_world/run", "a=1", content_type="text/plain")
    assert (answer.status_code, answer.json()["code"]) == (415, "UnsupportedMediaType")


def test_a_huge_body_is_refused(alice_speaks: Http) -> None:
    answer = alice_speaks("POST", "hello_world/run", b'{"x": "' + b"a" * 3_000_000 + b'"}')
    assert answer.status_code in (400, 413) and answer.json()["code"]


def test_every_provider_is_tested_here(db: None) -> None:
    tested = {*OURS, *(f"transfer/{name}" for name in FAMILY)}
    assert {path for path in built_in() if not path.startswith("compute/")} == tested
