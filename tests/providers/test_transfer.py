"""Transfers: what arrives, what is told about it, and what a crash in between costs."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from providers import actions
from providers.models import EPOCH, Action
from providers.provider import ActionError, ActionRequest
from providers.registry import resolve
from providers.transfer.tasks import carry_out
from tests.providers.conftest import TRANSFER, run, tree
from wire.principals import Caller

FILES = {"in/a.json": "{}", "in/b.txt": "bb", "in/sub/c.json": "ccc", "in/sub/deep/d.txt": "dddd"}
URL = f"{TRANSFER}/transfer"
KEYS = {
    "DATA_TYPE task_id type status label request_time deadline completion_time owner_id command username "
    "source_endpoint source_endpoint_id source_endpoint_display_name destination_endpoint "
    "destination_endpoint_id destination_endpoint_display_name files files_transferred files_skipped "
    "directories bytes_transferred bytes_checksummed effective_bytes_per_second faults fatal_error is_ok "
    "is_paused history_deleted nice_status nice_status_details nice_status_expires_in "
    "nice_status_short_description subtasks_total subtasks_succeeded subtasks_failed subtasks_pending "
    "subtasks_retrying subtasks_canceled subtasks_expired subtasks_skipped_errors sync_level "
    "verify_checksum preserve_timestamp encrypt_data skip_source_errors fail_on_quota_errors "
    "delete_destination_extra recursive_symlinks filter_rules canceled_by_admin "
    "canceled_by_admin_message event_list"
}


@pytest.fixture
def pair(collection) -> tuple[Any, Any]:
    return collection("source", FILES), collection("target")


def _body(pair: tuple[Any, Any], *items: tuple[str, str], **more: Any) -> dict[str, Any]:
    data = [
        {"source_path": source, "destination_path": target} for source, target in items or [("/in/", "/out/")]
    ]
    return {"source_endpoint": str(pair[0].pk), "destination_endpoint": str(pair[1].pk), "DATA": data} | more


def test_a_folder_is_copied_with_all_that_is_in_it(alice: Caller, pair) -> None:
    status = run(URL, alice, **_body(pair))
    assert status["status"] == "SUCCEEDED"
    assert tree(pair[1]) == [
        "out/", "out/a.json", "out/b.txt", "out/sub/", "out/sub/c.json", "out/sub/deep/", "out/sub/deep/d.txt"
    ]  # fmt: skip
    assert Path(pair[1].root, "out/sub/deep/d.txt").read_text() == "dddd"


def test_the_task_document_has_every_key(alice: Caller, pair) -> None:
    details = run(URL, alice, **_body(pair, verify_checksum=True, label="Nightly"))["details"]
    assert set(details) == set(next(iter(KEYS)).split())
    told = {
        key: details[key] for key in ("type", "status", "files", "files_transferred", "directories", "label")
    }
    assert told == {
        "type": "TRANSFER",
        "status": "SUCCEEDED",
        "files": 4,
        "files_transferred": 4,
        "directories": 3,
        "label": "Nightly",
    }
    assert details["bytes_transferred"] == details["bytes_checksummed"] == 11
    assert (details["subtasks_total"], details["subtasks_succeeded"], details["nice_status"]) == (7, 7, "OK")
    assert details["completion_time"] and details["fatal_error"] is None and details["is_ok"] is True


def test_a_started_transfer_tells_its_task_already(alice: Caller, pair) -> None:
    status = resolve(URL).run(ActionRequest("r1", _body(pair)), alice)
    details: Any = status["details"]
    assert (status["status"], details["task_id"]) == ("ACTIVE", status["action_id"])
    assert (details["status"], details["label"]) == ("ACTIVE", f"For Action id {status['action_id']}")


def test_single_files_get_the_name_that_is_asked_for(alice: Caller, pair) -> None:
    items = [("/in/b.txt", "/new/name.txt"), ("in/a.json", "/into/")]
    assert run(URL, alice, **_body(pair, *items))["status"] == "SUCCEEDED"
    assert tree(pair[1]) == ["into/", "into/a.json", "new/", "new/name.txt"]


def test_old_input_names_are_understood(alice: Caller, pair) -> None:
    old = {
        "source_endpoint_id": str(pair[0].pk),
        "destination_endpoint_id": str(pair[1].pk),
        "transfer_items": [{"source_path": "/in/a.json", "destination_path": "/x.json", "recursive": False}],
        "label": None,
    }
    assert run("https://actions.automate.globus.org/transfer/transfer", alice, **old)["status"] == "SUCCEEDED"
    assert tree(pair[1]) == ["x.json"]


def test_filter_rules_choose_files(alice: Caller, pair) -> None:
    rules = [
        {"DATA_TYPE": "filter_rule", "method": "include", "type": "file", "name": "*.json"},
        {"DATA_TYPE": "filter_rule", "method": "exclude", "type": "file", "name": "*"},
    ]
    run(URL, alice, **_body(pair, filter_rules=rules))
    assert tree(pair[1]) == ["out/", "out/a.json", "out/sub/", "out/sub/c.json", "out/sub/deep/"]


def test_an_excluded_folder_is_not_looked_into(alice: Caller, pair) -> None:
    rules = [{"method": "include", "type": "file", "name": "*.json"}, {"method": "exclude", "name": "*"}]
    run(URL, alice, **_body(pair, filter_rules=rules))
    assert tree(pair[1]) == ["out/", "out/a.json"]


def test_links_and_pipes_take_no_part(alice: Caller, pair) -> None:
    os.symlink("/etc", Path(pair[0].root, "in/etc"))
    os.mkfifo(Path(pair[0].root, "in/pipe"))
    assert run(URL, alice, **_body(pair))["status"] == "SUCCEEDED"
    assert "out/etc/" not in tree(pair[1]) and "out/pipe" not in tree(pair[1])


@pytest.mark.parametrize(
    ("item", "nice"),
    [
        (("/nope", "/x"), "FILE_NOT_FOUND"),
        (("/in/../../x", "/x"), "PATH_NOT_ALLOWED"),
        (("/in/a.json", "../x"), "PATH_NOT_ALLOWED"),
        (("/in/a.json", "/"), "IS_A_DIRECTORY"),
    ],
)
def test_a_transfer_that_cannot_be_done_fails_with_its_reason(alice: Caller, pair, item, nice: str) -> None:
    if nice == "IS_A_DIRECTORY":
        Path(pair[1].root, "a.json").mkdir()
    status = run(URL, alice, **_body(pair, item))
    details = status["details"]
    assert (status["status"], details["status"], details["nice_status"]) == ("FAILED", "FAILED", nice)
    assert details["fatal_error"]["code"] == nice and details["faults"] == 1 and details["is_ok"] is False
    assert details["description"] and details["event_list"][0]["is_error"]
    assert not [name for name in tree(pair[1]) if ".part-" in name]


@pytest.mark.parametrize(("path", "recursive"), [("/in/", False), ("/in/a.json", True)])
def test_recursive_must_fit_what_is_there(alice: Caller, pair, path: str, recursive: bool) -> None:
    body = _body(pair)
    body["DATA"][0] |= {"source_path": path, "recursive": recursive}
    assert run(URL, alice, **body)["status"] == "FAILED"
    assert tree(pair[1]) == []


def test_missing_sources_can_be_skipped(alice: Caller, pair) -> None:
    items = [("/nope", "/x"), ("/in/b.txt", "/b.txt")]
    details = run(URL, alice, **_body(pair, *items, skip_source_errors=True))["details"]
    assert (details["status"], details["subtasks_skipped_errors"]) == ("SUCCEEDED", 1)
    assert tree(pair[1]) == ["b.txt"]


@pytest.mark.parametrize(
    ("level", "copied"),
    [(None, 4), (0, 0), ("exists", 0), (1, 1), (2, 2), (3, 2), ("checksum", 2)],
)
def test_sync_levels_skip_what_is_there(alice: Caller, pair, level: Any, copied: int) -> None:
    run(URL, alice, **_body(pair, preserve_timestamp=True))
    Path(pair[1].root, "out/b.txt").write_text("another size")
    os.utime(Path(pair[1].root, "out/b.txt"), (4e9, 4e9))
    same_size = Path(pair[1].root, "out/sub/c.json")
    same_size.write_text("xxx")
    os.utime(same_size, (1e9, 1e9))
    details = run(URL, alice, **_body(pair, sync_level=level))["details"]
    assert (details["files_transferred"], details["files_skipped"]) == (copied, 4 - copied)


def test_timestamps_are_kept_when_asked(alice: Caller, pair) -> None:
    os.utime(Path(pair[0].root, "in/a.json"), (1e9, 1e9))
    run(URL, alice, **_body(pair, ("/in/a.json", "/a.json"), preserve_timestamp=True))
    assert Path(pair[1].root, "a.json").stat().st_mtime == 1e9


def test_extras_are_deleted_and_misfits_replaced_when_asked(alice: Caller, pair) -> None:
    target = Path(pair[1].root, "out")
    (target / "old/deep").mkdir(parents=True)
    (target / "old/deep/x").write_text("x")
    (target / "a.json").mkdir()
    (target / "keep.tmp").write_text("excluded by a rule")
    rules = [{"method": "exclude", "name": "*.tmp"}]
    status = run(URL, alice, **_body(pair, delete_destination_extra=True, filter_rules=rules))
    assert status["status"] == "SUCCEEDED"
    assert "out/old/" not in tree(pair[1]) and "out/keep.tmp" in tree(pair[1])
    assert (target / "a.json").read_text() == "{}"


def test_extras_stay_by_default(alice: Caller, pair) -> None:
    Path(pair[1].root, "out").mkdir()
    Path(pair[1].root, "out/mine").write_text("x")
    run(URL, alice, **_body(pair))
    assert "out/mine" in tree(pair[1])


@pytest.mark.parametrize(
    ("source", "target", "extra"),
    [
        ("/in/", "/in/", False),
        ("/in/", "/in/sub/x", False),
        ("/", "/in/x", False),
        ("/in/a.json", "/in/a.json", False),
        ("/in/sub/", "/in/", True),
    ],
)
def test_nothing_is_copied_into_itself(alice: Caller, pair, source: str, target: str, extra: bool) -> None:
    before = tree(pair[0])
    body = _body((pair[0], pair[0]), (source, target), delete_destination_extra=extra)
    assert run(URL, alice, **body)["details"]["nice_status"] == "PATH_NOT_ALLOWED"
    assert tree(pair[0]) == before


@pytest.mark.parametrize(
    ("algorithm", "checksum", "ends"),
    [
        ("md5", "21ad0bd836b90d08f4cf640b4c298e7c", "SUCCEEDED"),
        ("SHA256", "3b64db95cb55c763391c707108489ae18b4112d783300de38e033b4c98c3deaf", "SUCCEEDED"),
        ("md5", "00000000000000000000000000000000", "FAILED"),
    ],
)
def test_the_authors_checksum_is_compared(
    alice: Caller, pair, algorithm: str, checksum: str, ends: str
) -> None:
    body = _body(pair, ("/in/b.txt", "/b.txt"))
    body["DATA"][0] |= {"external_checksum": checksum, "checksum_algorithm": algorithm}
    status = run(URL, alice, **body)
    assert status["status"] == ends
    assert tree(pair[1]) == (["b.txt"] if ends == "SUCCEEDED" else [])


def test_a_file_that_arrives_otherwise_than_sent_is_not_kept(alice: Caller, pair, monkeypatch) -> None:
    """A disk that answers success and stores something else."""
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, b"z" * len(data)))
    status = run(URL, alice, **_body(pair, ("/in/b.txt", "/b.txt"), verify_checksum=True))
    assert status["details"]["nice_status"] == "CHECKSUM_MISMATCH"
    assert status["details"]["faults"] == 3 and tree(pair[1]) == []


def test_a_full_disk_leaves_no_half_file(alice: Caller, pair, monkeypatch) -> None:
    def full(descriptor: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    status = run(URL, alice, **_body(pair, ("/in/b.txt", "/b.txt"), fail_on_quota_errors=True))
    assert status["details"]["nice_status"] == "QUOTA_EXCEEDED" and tree(pair[1]) == []


class Killed(BaseException):
    """What happens to a worker that is killed: nothing after it is done."""


def _expire(action_id: str) -> None:
    Action.objects.filter(pk=action_id).update(lease_until=EPOCH)


def test_a_killed_transfer_goes_on_where_it_stopped(alice: Caller, pair, monkeypatch) -> None:
    status = resolve(URL).run(ActionRequest("r1", _body(pair)), alice)
    rename, count = os.rename, iter(range(100))

    def dying(*args: Any, **kwargs: Any) -> None:
        if next(count) == 2:
            raise Killed
        rename(*args, **kwargs)

    monkeypatch.setattr(os, "rename", dying)
    with pytest.raises(Killed):
        carry_out(status["action_id"])
    monkeypatch.setattr(os, "rename", rename)
    copied = [path for path in Path(pair[1].root).rglob("*") if path.is_file()]
    assert len(copied) == 2
    half = Path(pair[1].root, f"out/sub/.part-{status['action_id']}-1")
    half.write_text("cc")
    before = {path: path.stat().st_ino for path in copied}

    carry_out(status["action_id"])
    assert Action.objects.get(pk=status["action_id"]).status == "ACTIVE"  # the dead one's lease still holds
    _expire(status["action_id"])
    carry_out(status["action_id"])

    ended = resolve(URL).status(status["action_id"], alice)
    details: Any = ended["details"]
    assert (ended["status"], details["files_transferred"], details["bytes_transferred"]) == (
        "SUCCEEDED",
        4,
        11,
    )
    assert {path: path.stat().st_ino for path in copied} == before
    assert not half.exists() and not [name for name in tree(pair[1]) if ".part-" in name]


def test_a_worker_that_lost_its_lease_stops_quietly(alice: Caller, pair, monkeypatch) -> None:
    status = resolve(URL).run(ActionRequest("r1", _body(pair)), alice)
    rename = os.rename

    def slow(*args: Any, **kwargs: Any) -> None:
        rename(*args, **kwargs)
        if Action.objects.get(pk=status["action_id"]).lease_token == 1:
            _expire(status["action_id"])
            actions.claim(status["action_id"])

    monkeypatch.setattr(os, "rename", slow)
    carry_out(status["action_id"])
    assert Action.objects.get(pk=status["action_id"]).status == "ACTIVE"
    _expire(status["action_id"])
    carry_out(status["action_id"])
    assert Action.objects.get(pk=status["action_id"]).status == "SUCCEEDED"


def test_a_cancelled_transfer_stops_between_files(alice: Caller, pair, monkeypatch) -> None:
    provider = resolve(URL)
    status = provider.run(ActionRequest("r1", _body(pair)), alice)
    rename = os.rename

    def cancelling(*args: Any, **kwargs: Any) -> None:
        rename(*args, **kwargs)
        Action.objects.update(cancel_requested=True)

    monkeypatch.setattr(os, "rename", cancelling)
    carry_out(status["action_id"])
    ended = provider.status(status["action_id"], alice)
    details: Any = ended["details"]
    assert (ended["status"], ended["display_status"]) == ("FAILED", "CANCELED")
    assert (details["files_transferred"], details["nice_status"]) == (1, "CANCELED")
    assert details["subtasks_canceled"] == 3


def test_a_deadline_ends_a_transfer(alice: Caller, pair) -> None:
    status = run(URL, alice, **_body(pair, deadline="2020-01-01T00:00:00Z"))
    assert (status["status"], status["details"]["nice_status"]) == ("FAILED", "EXPIRED")


def test_rights_are_looked_at_again_when_the_work_begins(
    alice: Caller, pair, collection, bob: Caller
) -> None:
    shared = collection("shared", {"a": "1"}, bob="writer")
    body = _body((shared, shared), ("/a", "/b"))
    status = resolve(URL).run(ActionRequest("r1", body), bob)
    shared.roles.all().delete()
    carry_out(status["action_id"])
    ended = resolve(URL).status(status["action_id"], bob)
    assert ended["status"] == "FAILED" and tree(shared) == ["a"]


@pytest.mark.parametrize(("role", "code"), [("", "EndpointNotFound"), ("reader", "PermissionDenied")])
def test_writing_needs_a_right(bob: Caller, pair, collection, role: str, code: str) -> None:
    target = collection("other", **({"bob": role} if role else {}))
    source = collection("readable", FILES, bob="reader")
    with pytest.raises(ActionError) as caught:
        run(URL, bob, **_body((source, target)))
    assert caught.value.code == code and not Action.objects.exists()


@pytest.mark.parametrize(
    "more",
    [
        {"DATA": []},
        {"DATA": [{"source_path": "/x"}]},
        {"sync_level": 7},
        {"deadline": "tomorrow"},
        {"recursive_symlinks": "copy"},
        {"verify_checksum": "yes"},
        {"filter_rules": [{"method": "maybe", "name": "*"}]},
        {"unknown": 1},
    ],
)
def test_wrong_input_is_refused(alice: Caller, pair, more: dict) -> None:
    with pytest.raises(ActionError) as caught:
        run(URL, alice, **(_body(pair) | more))
    assert caught.value.status == 422


def test_many_small_files_are_copied(alice: Caller, collection) -> None:
    source = collection("many", {f"in/{n % 10}/{n}.txt": str(n) for n in range(100)})
    details = run(URL, alice, **_body((source, collection("copy")), verify_checksum=True))["details"]
    assert details["files_transferred"] == 100


def test_of_two_files_for_one_place_the_last_stays_whoever_dies(alice: Caller, pair, monkeypatch) -> None:
    body = _body(pair, ("/in/a.json", "/x"), ("/in/b.txt", "/x"))
    action_id = resolve(URL).run(ActionRequest("r1", body), alice)["action_id"]
    rename, count = os.rename, iter(range(100))

    def dying(*args: Any, **kwargs: Any) -> None:
        if next(count) == 1:
            raise Killed
        rename(*args, **kwargs)

    monkeypatch.setattr(os, "rename", dying)
    with suppress(Killed):
        carry_out(action_id)
    _expire(action_id)
    carry_out(action_id)
    assert Action.objects.get().status == "SUCCEEDED"
    assert Path(pair[1].root, "x").read_text() == "bb"
