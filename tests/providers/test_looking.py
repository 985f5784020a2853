"""ls, stat, mkdir and collection_info."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from providers import actions, consents
from providers.models import Action
from providers.provider import ActionError, ActionRequest
from providers.registry import resolve
from tests.people import person
from tests.providers.conftest import TRANSFER, run
from wire.principals import Caller

FILES = {"b.txt": "12345", "a.json": "{}", "sub/x.txt": "x", ".hidden": "h"}


def test_ls_lists_a_folder(alice: Caller, collection) -> None:
    data = collection(files=FILES)
    status = run(f"{TRANSFER}/ls", alice, endpoint_id=str(data.pk), path="/")
    details = status["details"]
    assert status["status"] == "SUCCEEDED"
    assert [(item["name"], item["type"]) for item in details["DATA"]] == [
        (".hidden", "file"),
        ("a.json", "file"),
        ("b.txt", "file"),
        ("sub", "dir"),
    ]
    assert (details["path"], details["total"], details["length"]) == ("/", 4, 4)
    assert details["DATA"][2]["size"] == 5 and details["DATA"][2]["permissions"].startswith("06")


@pytest.mark.parametrize(
    ("more", "names", "total"),
    [
        ({"show_hidden": False}, ["a.json", "b.txt", "sub"], 3),
        ({"limit": 2}, [".hidden", "a.json"], 4),
        ({"limit": 2, "offset": 3}, ["sub"], 4),
        ({"orderby": "name DESC", "limit": 1}, ["sub"], 4),
        ({"orderby": ["type", "size DESC"], "show_hidden": False}, ["sub", "b.txt", "a.json"], 3),
        ({"filter": "name:~*.TXT"}, ["b.txt"], 1),
        ({"filter": "type:dir"}, ["sub"], 1),
        ({"filter": "name:!sub/type:dir"}, [], 0),
        ({"filter": ["name:a.json,b.txt"]}, ["a.json", "b.txt"], 2),
        ({"path": "sub"}, ["x.txt"], 1),
        ({"path": "/~/sub/"}, ["x.txt"], 1),
    ],
)
def test_ls_chooses_and_orders(alice: Caller, collection, more: dict, names: list, total: int) -> None:
    data = collection(files=FILES)
    details = run(f"{TRANSFER}/ls", alice, endpoint_id=str(data.pk), **more)["details"]
    assert ([item["name"] for item in details["DATA"]], details["total"]) == (names, total)


@pytest.mark.parametrize(
    "more",
    [{"path": "/nope"}, {"path": "b.txt"}, {"path": "../x"}, {"filter": "owner:me"}, {"orderby": "colour"}],
)
def test_ls_of_what_cannot_be_listed_fails_with_a_reason(alice: Caller, collection, more: dict) -> None:
    data = collection(files=FILES)
    status = run(f"{TRANSFER}/ls", alice, endpoint_id=str(data.pk), **more)
    assert status["status"] == "FAILED"
    assert status["details"]["code"] and status["details"]["message"]


def test_ls_understands_the_old_path_only(alice: Caller, collection) -> None:
    data = collection(files=FILES)
    old = "https://actions.globus.org/transfer/ls"
    details = run(old, alice, endpoint_id=str(data.pk), path="/sub/", path_only=True)["details"]
    assert (details["DATA"][0]["name"], details["DATA"][0]["is_folder"], details["path"]) == (
        "sub",
        True,
        "/",
    )


def test_names_that_are_not_text_do_not_break_a_listing(alice: Caller, collection) -> None:
    data = collection(files=FILES)
    (Path(data.root) / "bad\udcff.txt").write_text("x")
    details = run(f"{TRANSFER}/ls", alice, endpoint_id=str(data.pk))["details"]
    assert "bad\ufffd.txt" in [item["name"] for item in details["DATA"]]


@pytest.mark.parametrize(
    ("path", "kind"), [("b.txt", "file"), ("/sub", "dir"), ("/sub/", "dir"), ("/", "dir")]
)
def test_stat_tells_what_is_there(alice: Caller, collection, path: str, kind: str) -> None:
    data = collection(files=FILES)
    details = run(f"{TRANSFER}/stat", alice, endpoint_id=str(data.pk), path=path)["details"]
    assert (details["DATA_TYPE"], details["type"]) == ("file", kind)


@pytest.mark.parametrize("path", ["/nope", "/nope/deeper", "b.txt/x"])
def test_stat_of_nothing_succeeds_and_says_so(alice: Caller, collection, path: str) -> None:
    data = collection(files=FILES)
    status = run(f"{TRANSFER}/stat", alice, endpoint_id=str(data.pk), path=path)
    assert (status["status"], status["details"]["code"]) == ("SUCCEEDED", "NotFound")


def test_mkdir_makes_a_folder_once(alice: Caller, collection) -> None:
    data = collection()
    status = run(f"{TRANSFER}/mkdir", alice, endpoint_id=str(data.pk), path="/new/")
    assert (status["status"], status["details"]["code"]) == ("SUCCEEDED", "DirectoryCreated")
    again = run(f"{TRANSFER}/mkdir", alice, endpoint_id=str(data.pk), path="/new/")
    assert (again["status"], again["details"]["code"]) == ("FAILED", "ExternalError.MkdirFailed.Exists")


def test_mkdir_without_its_parent_fails(alice: Caller, collection) -> None:
    status = run(f"{TRANSFER}/mkdir", alice, endpoint_id=str(collection().pk), path="/a/b")
    assert (status["status"], status["details"]["code"]) == ("FAILED", "ClientError.NotFound")


def test_mkdir_asked_twice_is_one_action(alice: Caller, collection) -> None:
    data = collection()
    first = run(f"{TRANSFER}/mkdir", alice, request_id="r1", endpoint_id=str(data.pk), path="new")
    again = run(f"{TRANSFER}/mkdir", alice, request_id="r1", endpoint_id=str(data.pk), path="new")
    assert first == again


def test_mkdir_interrupted_after_the_folder_was_made_succeeds(alice: Caller, collection) -> None:
    """A worker that died after mkdir, before writing so: its lease is over, the request comes again."""
    data = collection()
    body = {"endpoint_id": str(data.pk), "path": "new"}
    run(f"{TRANSFER}/mkdir", alice, request_id="r1", **body)
    Action.objects.update(status=Action.ACTIVE, completed_at=None, lease_until="2020-01-01T00:00:00Z")
    again = resolve(f"{TRANSFER}/mkdir").run(ActionRequest("r1", body), alice)
    assert again["status"] == "SUCCEEDED"


def test_collection_info_tells_the_local_folder(alice: Caller, collection) -> None:
    data = collection("Demo")
    details = run(f"{TRANSFER}/collection_info", alice, endpoint_id=str(data.pk))["details"]
    assert (details["id"], details["display_name"]) == (str(data.pk), "Demo")
    assert (details["host_path"], details["DATA_TYPE"]) == (data.root, "endpoint")
    assert details["public"] is False and "entity_type" in details


@pytest.mark.parametrize("name", ["ls", "stat", "mkdir", "collection_info"])
def test_a_stranger_sees_no_collection(mallory: Caller, collection, name: str) -> None:
    body = {"endpoint_id": str(collection().pk)} | ({"path": "/"} if name in ("stat", "mkdir") else {})
    with pytest.raises(ActionError) as theirs:
        run(f"{TRANSFER}/{name}", mallory, **body)
    with pytest.raises(ActionError) as nobodys:
        run(f"{TRANSFER}/{name}", mallory, **(body | {"endpoint_id": str(uuid.uuid4())}))
    assert theirs.value.code == nobodys.value.code == "EndpointNotFound"
    assert not Action.objects.exists()


def test_a_reader_reads_and_does_not_write(bob: Caller, collection) -> None:
    data = collection(files=FILES, bob="reader")
    assert run(f"{TRANSFER}/ls", bob, endpoint_id=str(data.pk))["status"] == "SUCCEEDED"
    with pytest.raises(ActionError) as caught:
        run(f"{TRANSFER}/mkdir", bob, endpoint_id=str(data.pk), path="new")
    assert caught.value.code == "PermissionDenied"


def test_a_writer_writes(bob: Caller, collection) -> None:
    data = collection(bob="writer")
    assert run(f"{TRANSFER}/mkdir", bob, endpoint_id=str(data.pk), path="new")["status"] == "SUCCEEDED"


def test_an_id_that_is_no_uuid_is_refused(alice: Caller) -> None:
    with pytest.raises(ActionError) as caught:
        run(f"{TRANSFER}/ls", alice, endpoint_id="my-laptop")
    assert caught.value.status == 422


# --- who called died meanwhile


def test_an_answer_that_waited_for_a_consent_is_given_at_the_next_look(alice: Caller, collection) -> None:
    data, provider = collection(files=FILES), resolve(f"{TRANSFER}/ls")
    scope = consents.data_access(data.pk)
    consents.put(person("alice"), scope, is_given=False)
    told = provider.run(ActionRequest("r1", {"endpoint_id": str(data.pk), "path": "/"}), alice)
    assert told["status"] == "INACTIVE"
    consents.put(person("alice"), scope, is_given=True)
    assert actions.reopen(Action.objects.get())  # and dies
    assert provider.resume(told["action_id"], alice)["status"] == "SUCCEEDED"


def test_what_cannot_be_taken_up_fails_with_its_reason(alice: Caller, collection) -> None:
    data, provider = collection(), resolve(f"{TRANSFER}/mkdir")
    request = ActionRequest("r1", {"endpoint_id": str(data.pk), "path": "/new"})
    action, _ = actions.start(provider.path, request, alice)
    actions.claim(action.pk, lease_seconds=-1)
    data.delete()
    for _ in range(2):
        ended = provider.status(str(action.pk), alice)
        assert (ended["status"], ended["details"]["code"]) == ("FAILED", "EndpointNotFound")
