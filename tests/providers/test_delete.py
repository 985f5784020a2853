"""Delete tasks."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from providers.models import EPOCH, Action
from providers.provider import ActionError, ActionRequest
from providers.registry import resolve
from providers.transfer.models import Mark
from providers.transfer.tasks import carry_out
from tests.providers.conftest import TRANSFER, run, tree
from wire.principals import Caller

URL = f"{TRANSFER}/delete"
FILES = {"a.txt": "a", "b.txt": "b", "dir/x": "x", "dir/in/y": "y"}


def _body(data: Any, *paths: str, **more: Any) -> dict[str, Any]:
    return {"endpoint": str(data.pk), "DATA": [{"path": path} for path in paths]} | more


def test_files_and_folders_are_deleted(alice: Caller, collection) -> None:
    data = collection(files=FILES)
    status = run(URL, alice, **_body(data, "/a.txt", "/dir/", recursive=True))
    assert (status["status"], status["details"]["type"]) == ("SUCCEEDED", "DELETE")
    assert status["details"]["files"] == 2 and tree(data) == ["b.txt"]


def test_the_old_names_are_understood(alice: Caller, collection) -> None:
    data = collection(files=FILES)
    old = "https://actions.globus.org/transfer/delete"
    run(old, alice, endpoint_id=str(data.pk), items=[{"path": "/a.txt"}])
    assert "a.txt" not in tree(data)


def test_a_folder_needs_recursive(alice: Caller, collection) -> None:
    data = collection(files=FILES)
    assert run(URL, alice, **_body(data, "/dir"))["details"]["nice_status"] == "IS_A_DIRECTORY"
    assert "dir/x" in tree(data)


@pytest.mark.parametrize(("ignore", "ends"), [(False, "FAILED"), (True, "SUCCEEDED")])
def test_missing_paths_can_be_ignored(alice: Caller, collection, ignore: bool, ends: str) -> None:
    data = collection(files=FILES)
    assert run(URL, alice, **_body(data, "/nope", "/a.txt", ignore_missing=ignore))["status"] == ends
    assert ("a.txt" in tree(data)) is not ignore


def test_globs_are_interpreted_only_when_asked(alice: Caller, collection) -> None:
    data = collection(files=FILES)
    assert run(URL, alice, **_body(data, "/*.txt"))["status"] == "FAILED"
    run(URL, alice, **_body(data, "/*.txt", interpret_globs=True))
    assert tree(data) == ["dir/", "dir/in/", "dir/in/y", "dir/x"]


@pytest.mark.parametrize("path", ["/", ".", "/~/", "//", "..", "/dir/../..", "../data"])
def test_the_root_and_what_is_above_stay(alice: Caller, collection, path: str) -> None:
    data = collection(files=FILES)
    assert run(URL, alice, **_body(data, path, recursive=True))["status"] == "FAILED"
    assert len(tree(data)) == 6


def test_a_killed_deletion_is_not_an_error_the_second_time(alice: Caller, collection) -> None:
    """Killed after the files were gone and before it could say so."""
    data = collection(files=FILES)
    status = resolve(URL).run(ActionRequest("r1", _body(data, "/dir", "/a.txt", recursive=True)), alice)
    Action.objects.update(lease_token=1, lease_until=EPOCH)
    Mark.objects.create(action_id=status["action_id"], path="/dir")
    shutil.rmtree(Path(data.root, "dir"))
    carry_out(status["action_id"])
    assert resolve(URL).status(status["action_id"], alice)["status"] == "SUCCEEDED"
    assert tree(data) == ["b.txt"]


def test_a_reader_deletes_nothing(bob: Caller, collection) -> None:
    data = collection(files=FILES, bob="reader")
    with pytest.raises(ActionError):
        run(URL, bob, **_body(data, "/a.txt"))
    assert "a.txt" in tree(data)


def test_what_several_patterns_match_is_deleted_once(alice: Caller, collection) -> None:
    data = collection(files=FILES)
    status = run(URL, alice, **_body(data, "/*.txt", "/a*", interpret_globs=True))
    assert (status["status"], status["details"]["files"]) == ("SUCCEEDED", 2)


def test_a_pattern_in_a_folder_that_is_gone_is_no_error_the_second_time(alice: Caller, collection) -> None:
    data = collection(files=FILES)
    body = _body(data, "/dir/*", "/dir", recursive=True, interpret_globs=True)
    status = resolve(URL).run(ActionRequest("r1", body), alice)
    Action.objects.update(lease_token=1, lease_until=EPOCH)
    for path in ("/dir/in", "/dir/x", "/dir"):
        Mark.objects.create(action_id=status["action_id"], path=path)
    shutil.rmtree(Path(data.root, "dir"))
    carry_out(status["action_id"])
    assert resolve(URL).status(status["action_id"], alice)["status"] == "SUCCEEDED"
    missing = _body(data, "/nowhere/*", interpret_globs=True)
    assert run(URL, alice, **missing)["details"]["nice_status"] == "FILE_NOT_FOUND"
