"""Actions: once per request id, fenced, seen by those who may."""

from __future__ import annotations

import pytest
from django.utils import timezone

from providers import actions
from providers.models import EPOCH, Action
from providers.provider import ActionError, ActionRequest
from tests.people import urn
from wire.principals import Caller


def _start(caller: Caller, request_id: str = "r1", **more) -> Action:
    return actions.start("hello_world", ActionRequest(request_id, {"a": 1}, **more), caller)[0]


def test_the_same_request_is_the_same_action(alice: Caller) -> None:
    first, is_new = actions.start("hello_world", ActionRequest("r1", {"a": 1, "b": 2}), alice)
    again, is_new_again = actions.start("hello_world", ActionRequest("r1", {"b": 2, "a": 1}), alice)
    assert (first.pk, is_new, is_new_again) == (again.pk, True, False)


def test_the_same_id_with_another_body_is_a_conflict(alice: Caller) -> None:
    _start(alice)
    with pytest.raises(ActionError) as caught:
        actions.start("hello_world", ActionRequest("r1", {"a": 2}), alice)
    assert (caught.value.code, caught.value.status) == ("ActionConflict", 409)


def test_another_caller_may_use_the_same_id(alice: Caller, bob: Caller) -> None:
    assert _start(alice).pk != _start(bob).pk


@pytest.mark.parametrize("request_id", ["", "x" * 256])
def test_an_unusable_request_id_is_refused(alice: Caller, request_id: str) -> None:
    with pytest.raises(ActionError) as caught:
        _start(alice, request_id)
    assert caught.value.status == 422


def test_forgotten_members_are_not_stored(alice: Caller) -> None:
    request = ActionRequest("r1", {"a": 1, "password": "canary"})
    action, _ = actions.start("hello_world", request, alice, forget=frozenset({"password"}))
    assert "canary" not in Action.objects.get(pk=action.pk).body


def test_only_one_worker_gets_an_action(alice: Caller) -> None:
    action = _start(alice)
    claimed = actions.claim(action.pk)
    assert claimed is not None and claimed.lease_token == 1
    assert actions.claim(action.pk) is None


def test_a_worker_that_lost_its_lease_writes_nothing(alice: Caller) -> None:
    action = _start(alice)
    actions.claim(action.pk, lease_seconds=-1)
    second = actions.claim(action.pk)
    assert second is not None and second.lease_token == 2
    assert not actions.renew(action.pk, 1)
    assert not actions.progress(action.pk, 1, {"left": 3})
    assert not actions.finish(action.pk, Action.FAILED, {}, 1)
    assert actions.is_cancelled(action.pk, 1) is None
    assert actions.finish(action.pk, Action.SUCCEEDED, {"ok": True}, 2)
    assert Action.objects.get(pk=action.pk).status == Action.SUCCEEDED


def test_an_ended_action_stays_as_it_ended(alice: Caller) -> None:
    action = _start(alice)
    assert actions.finish(action.pk, Action.SUCCEEDED, {})
    assert not actions.finish(action.pk, Action.FAILED, {})
    assert actions.claim(action.pk) is None
    with pytest.raises(ActionError) as caught:
        actions.request_cancel(action)
    assert caught.value.status == 409


def test_a_lease_that_is_given_back_can_be_taken_at_once(alice: Caller) -> None:
    action = _start(alice)
    claimed = actions.claim(action.pk)
    assert claimed is not None
    actions.let_go(action.pk, claimed.lease_token)
    assert Action.objects.get(pk=action.pk).lease_until == EPOCH
    assert actions.claim(action.pk) is not None


def test_creator_monitors_and_managers_see_it(alice: Caller, bob: Caller, mallory: Caller) -> None:
    action = _start(alice, monitor_by=(urn("bob"),))
    assert actions.find(str(action.pk), "hello_world", alice).pk == action.pk
    assert actions.find(str(action.pk), "hello_world", bob).pk == action.pk
    for caller, to_manage in ((bob, True), (mallory, False)):
        with pytest.raises(ActionError) as caught:
            actions.find(str(action.pk), "hello_world", caller, to_manage=to_manage)
        assert caught.value.status == 404


def test_ones_own_actions_are_found_below_all_of_others(alice: Caller, bob: Caller, monkeypatch) -> None:
    mine = _start(alice)
    for number in range(3):
        _start(bob, request_id=f"r{number}")
    monkeypatch.setattr(actions, "_MOST_LOOKED_AT", 2)
    found = actions.visible("hello_world", alice, frozenset({"creator_id"}), frozenset({Action.ACTIVE}))
    assert [action.pk for action in found] == [mine.pk]


@pytest.mark.parametrize("action_id", ["x", "", "00000000-0000-4000-8000-000000000000", "../x", "\0"])
def test_unknown_actions_are_not_found(alice: Caller, action_id: str) -> None:
    with pytest.raises(ActionError) as caught:
        actions.find(action_id, "hello_world", alice)
    assert (caught.value.code, caught.value.status) == ("ActionNotFound", 404)


def test_an_action_belongs_to_its_provider(alice: Caller) -> None:
    action = _start(alice)
    with pytest.raises(ActionError):
        actions.find(str(action.pk), "transfer/ls", alice)


def test_a_released_action_is_forgotten_but_not_its_request_id(alice: Caller) -> None:
    action = _start(alice)
    with pytest.raises(ActionError) as caught:
        actions.release(action)
    assert caught.value.status == 409
    actions.finish(action.pk, Action.SUCCEEDED, {})
    assert actions.release(Action.objects.get(pk=action.pk))["status"] == Action.SUCCEEDED
    with pytest.raises(ActionError):
        actions.find(str(action.pk), "hello_world", alice)
    assert _start(alice).pk == action.pk


def test_the_document_has_every_member(alice: Caller) -> None:
    action = _start(alice, label="step Copy")
    actions.finish(action.pk, Action.SUCCEEDED, {"x": 1})
    document = actions.document(Action.objects.get(pk=action.pk))
    assert document["label"] == "step Copy" and document["details"] == {"x": 1}
    assert document["creator_id"] == alice.urn and document["release_after"] == "P30D"
    assert document["completion_time"] and document["completion_time"] <= timezone.now().isoformat()
