"""Compute actions: what they are asked for, what they answer, and who may ask."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from providers import registry
from providers.compute import calls, sandbox
from providers.compute.levels import Level
from providers.compute.models import EPOCH, Endpoint, FunctionCall
from providers.compute.policy import Folder
from providers.compute.sandbox import Failure, Outcome
from providers.models import Action
from providers.provider import ActionError
from providers.transfer.models import Collection
from tests.compute.helping import V2, V3, Compute, endpoint, function
from tests.people import person
from wire.principals import flow_caller

ECHO = """
    def main(*args, **kwargs):
        return {"args": args, "kwargs": kwargs}
"""
MISSING = "00000000-0000-4000-8000-000000000000"


def test_one_call_answers_under_both_names(compute, alice):
    body = {"endpoint": endpoint(), "function": function(ECHO), "args": [1, "two"], "kwargs": {"three": 3}}
    done = compute.run(alice, body)
    output = {"args": [1, "two"], "kwargs": {"three": 3}}
    assert (done["status"], done["display_status"]) == ("SUCCEEDED", "Function Results Received")
    assert done["details"]["result"] == [output]
    call = FunctionCall.objects.get()
    assert done["details"]["results"] == [{"task_id": str(call.pk), "output": output}]


@pytest.mark.parametrize(
    ("told", "args", "kwargs"),
    [
        ({"args": 5}, [5], {}),
        ({"args": "a/path"}, ["a/path"], {}),
        ({"args": "5"}, ["5"], {}),
        ({"args": '[1, "x"]'}, [1, "x"], {}),
        ({"args": {"a": 1}}, [{"a": 1}], {}),
        ({"args": None}, [], {}),
        ({"args": [None]}, [None], {}),
        ({"kwargs": '{"a": 1}'}, [], {"a": 1}),
        ({"kwargs": ""}, [], {}),
        ({"payload": {"a": 1}}, [], {"a": 1}),
        ({"payload": "text"}, ["text"], {}),
    ],
)
def test_arguments_come_in_all_the_ways_that_flows_give_them(compute, alice, told, args, kwargs):
    done = compute.run(alice, {"endpoint": endpoint(), "function": function(ECHO), **told})
    assert done["details"]["result"] == [{"args": args, "kwargs": kwargs}]


def test_tasks_may_name_several_endpoints_and_the_older_word_for_function(compute, alice):
    near, far, echo = endpoint("near"), endpoint("far"), function(ECHO)
    tasks = [
        {"endpoint": far, "func": echo, "args": [1]},
        {"function": echo, "payload": {"a": 2}},
        {"endpoint": near, "function": echo},
    ]
    done = compute.run(alice, {"endpoint": near, "tasks": tasks})
    outputs = [each["output"] for each in done["details"]["results"]]
    assert [(each["args"], each["kwargs"]) for each in outputs] == [([1], {}), ([], {"a": 2}), ([], {})]
    used = FunctionCall.objects.order_by("position").values_list("endpoint__name", flat=True)
    assert list(used) == ["far", "near", "near"]


def test_version_3_has_names_of_its_own(compute, alice):
    body = {
        "endpoint_id": endpoint(),
        "tasks": [{"function_id": function(ECHO), "args": [1]}],
        "create_queue": False,
        "user_endpoint_config": {},
    }
    assert compute.run(alice, body, V3)["details"]["result"] == [{"args": [1], "kwargs": {}}]


@pytest.mark.parametrize(
    ("url", "body", "words"),
    [
        (V2, {}, '"function"'),
        (V2, {"function": MISSING}, '"endpoint" is missing'),
        (V2, {"endpoint": MISSING, "tasks": [{}]}, "$.tasks[0]"),
        (V2, {"tasks": []}, "$.tasks"),
        (V2, {"endpoint": "here", "function": MISSING}, "here"),
        (V2, {"endpoint": MISSING, "function": MISSING, "kwargs": "[1]"}, '"kwargs" must be an object'),
        (V2, {"endpoint": MISSING, "function": MISSING, "kwargs": [1]}, "$.kwargs"),
        (V2, {"endpoint": MISSING, "function": MISSING, "args": "x" * 300_000}, "204,800"),
        (V2, {"endpoint": MISSING, "tasks": [{"function": MISSING}] * 1001}, "$.tasks"),
        (V3, {"endpoint_id": MISSING}, "tasks"),
        (V3, {"endpoint_id": MISSING, "tasks": [{"args": []}]}, "function_id"),
    ],
)
def test_a_wrong_input_is_refused_by_name(compute, alice, url, body, words):
    with pytest.raises(ActionError) as caught:
        compute.run(alice, body, url)
    assert caught.value.status == 422
    assert words in caught.value.description
    assert not Action.objects.exists()


def test_what_is_missing_is_named_with_the_command_that_adds_it(compute, alice):
    with pytest.raises(ActionError, match=f"register_function FILE.py:NAME --id {MISSING}"):
        compute.run(alice, {"endpoint": endpoint(), "function": MISSING})
    with pytest.raises(ActionError, match=f"add_endpoint NAME --id {MISSING}"):
        compute.run(alice, {"endpoint": MISSING, "function": function(ECHO)})
    assert not Action.objects.exists()


def test_only_owners_use_what_is_not_public(compute, alice, bob):
    place, mine, everybodys = endpoint(), function(ECHO), function(ECHO, is_public=True)
    private = endpoint("private", "alice", is_public=False)
    for body in ({"endpoint": place, "function": mine}, {"endpoint": private, "function": everybodys}):
        assert compute.run(alice, body)["status"] == "SUCCEEDED"
        for stranger in (bob, flow_caller(MISSING)):
            with pytest.raises(ActionError) as caught:
                compute.run(stranger, body)
            assert caught.value.status == 404
    for anybody in (bob, flow_caller(MISSING)):
        assert compute.run(anybody, {"endpoint": place, "function": everybodys})["status"] == "SUCCEEDED"


def test_rights_are_looked_at_again_when_the_call_is_carried_out(compute, alice, bob):
    lent = function(ECHO, is_public=True)
    started = compute.run(bob, {"endpoint": endpoint(), "function": lent}, idle=True)
    FunctionCall.objects.get().function.__class__.objects.update(is_public=False)
    calls.work(FunctionCall.objects.get().pk)
    ended = compute.status(bob, started["action_id"])
    assert (ended["status"], ended["details"]["code"]) == ("FAILED", "FunctionNotFound")


def test_the_same_request_is_the_same_action(compute, alice):
    body = {"endpoint": endpoint(), "function": function(ECHO)}
    first = compute.run(alice, body, request_id="r:1")
    again = compute.run(alice, body, request_id="r:1")
    assert again == first
    assert FunctionCall.objects.count() == 1
    with pytest.raises(ActionError) as caught:
        compute.run(alice, {**body, "args": [1]}, request_id="r:1")
    assert caught.value.status == 409


def test_eight_calls_fan_out_and_answer_in_their_order(compute, alice):
    square = function("def main(number):\n    return number ** 2")
    tasks = [{"function": square, "args": [number]} for number in range(8)]
    done = compute.run(alice, {"endpoint": endpoint(), "tasks": tasks})
    assert done["details"]["result"] == [0, 1, 4, 9, 16, 25, 36, 49]


def test_a_call_that_raises_fails_the_action_and_keeps_the_others(compute, alice):
    text = """
        import sys

        def main(number):
            print("about to divide")
            print("by", number, file=sys.stderr)
            return 6 // number
    """
    tasks = [{"function": function(text), "args": [number]} for number in (3, 0, 2)]
    details = compute.run(alice, {"endpoint": endpoint(), "tasks": tasks})
    assert (details["status"], details["display_status"]) == ("FAILED", "Function Failed")
    said = details["details"]
    assert said["code"] == "FunctionRaised"
    assert (
        said["description"].startswith("ZeroDivisionError: ")
        and "(1 of 3 calls failed.)" in said["description"]
    )
    assert "return 6 // number" in said["exception"] and "runner" not in said["exception"]
    assert (said["stdout"], said["stderr"]) == ("about to divide\n", "by 0\n")
    assert [each["output"] for each in said["results"]] == [2, 3]
    assert [each["code"] for each in said["failures"]] == ["FunctionRaised"]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("import not_there\ndef main(): pass", "FunctionRaised", "not_there"),
        ("def other(): pass", "FunctionBroken", '"main"'),
        ("def main(:", "FunctionRaised", "SyntaxError"),
        ("def main(): raise SystemExit(3)", "FunctionRaised", "SystemExit: 3"),
        ("import os\ndef main(): os._exit(3)", "NoAnswer", "exit code 3"),
        ("import os\ndef main(): os.abort()", "FunctionCrashed", "SIG"),
        ("def main(): return {1, 2}", "ResultNotJSON", "set"),
        ("def main(): return main()", "FunctionRaised", "RecursionError"),
        ("def main(): return 'x' * 300_000", "ResultTooLarge", "204,800"),
        ("def main(needed): pass", "FunctionRaised", "needed"),
    ],
)
def test_every_way_to_fail_has_a_code_and_says_why(compute, alice, text, code, words):
    details = compute.run(alice, {"endpoint": endpoint(), "function": function(text)})["details"]
    assert details["code"] == code
    assert words in details["description"]


def test_results_that_are_too_large_together_fail_the_action(compute, alice):
    big = function("def main(): return 'x' * 110_000")
    done = compute.run(alice, {"endpoint": endpoint(), "tasks": [{"function": big}] * 2})
    assert (done["status"], done["details"]["code"]) == ("FAILED", "ResultTooLarge")


def test_an_active_action_tells_how_far_it_is(compute, alice):
    tasks = [{"function": function(ECHO)}] * 3
    started = compute.run(alice, {"endpoint": endpoint(), "tasks": tasks}, idle=True)
    progress = {"total": 3, "completed": 0, "failed": 0, "running": 0, "pending": 3}
    assert (started["status"], started["details"]) == ("ACTIVE", progress)
    assert started["display_status"] == 'No worker answers for endpoint "local"'
    Endpoint.objects.update(seen_at=timezone.now())
    calls.work(FunctionCall.objects.get(position=1).pk)
    now = compute.status(alice, started["action_id"])
    assert now["details"] == progress | {"completed": 1, "pending": 2}
    assert now["display_status"] == "1 of 3 calls ended"


def test_a_poll_takes_up_a_call_whose_hint_was_lost(compute, alice):
    body = {"endpoint": endpoint(), "function": function(ECHO)}
    started = compute.run(alice, body, idle=True)
    assert compute.status(alice, started["action_id"], idle=False)["status"] == "ACTIVE"
    FunctionCall.objects.update(hinted_at=timezone.now() - timedelta(seconds=11))
    assert compute.status(alice, started["action_id"], idle=False)["status"] == "SUCCEEDED"


def test_a_poll_takes_up_a_call_whose_worker_died(compute, alice):
    started = compute.run(alice, {"endpoint": endpoint(), "function": function(ECHO)}, idle=True)
    dead = calls.claim(FunctionCall.objects.get().pk)
    assert dead and calls.claim(dead.pk) is None
    assert compute.status(alice, started["action_id"], idle=False)["details"]["running"] == 1
    FunctionCall.objects.update(lease_until=timezone.now() - timedelta(milliseconds=1))
    assert compute.status(alice, started["action_id"], idle=False)["status"] == "SUCCEEDED"
    # The dead worker was only slow: what it brings now is not taken.
    assert not calls.deliver(dead, Outcome(failure=Failure("FunctionTimeout", "Too late.")))
    assert compute.status(alice, started["action_id"])["status"] == "SUCCEEDED"


def test_a_call_that_costs_five_workers_is_given_up(compute, alice):
    started = compute.run(alice, {"endpoint": endpoint(), "function": function(ECHO)}, idle=True)
    for _ in range(5):
        assert calls.claim(FunctionCall.objects.get().pk)
        FunctionCall.objects.update(lease_until=EPOCH)
    calls.work(FunctionCall.objects.get().pk)
    ended = compute.status(alice, started["action_id"])
    assert (ended["status"], ended["details"]["code"]) == ("FAILED", "WorkerLost")


def test_an_ended_call_is_not_carried_out_again(compute, alice, tmp_path):
    Collection.objects.create(display_name="c", root=str(tmp_path), owner=person("alice"))
    text = f"def main():\n    open({str(tmp_path / 'ran')!r}, 'a').write('x')"
    compute.run(alice, {"endpoint": endpoint(), "function": function(text)})
    calls.work(FunctionCall.objects.get().pk)
    assert (tmp_path / "ran").read_text() == "x"


def test_the_last_call_ends_the_action_whoever_it_is(compute, alice):
    tasks = [{"function": function(ECHO)}] * 2
    started = compute.run(alice, {"endpoint": endpoint(), "tasks": tasks}, idle=True)
    first, second = (calls.claim(each.pk) for each in FunctionCall.objects.order_by("position"))
    assert first and second
    assert calls.deliver(second, Outcome(result=2))
    assert compute.status(alice, started["action_id"])["status"] == "ACTIVE"
    assert calls.deliver(first, Outcome(result=1))
    assert not calls.deliver(first, Outcome(result=3))
    assert compute.status(alice, started["action_id"])["details"]["result"] == [1, 2]


def test_cancelling_ends_what_waits_at_once_and_what_runs_soon(compute, alice):
    tasks = [{"function": function(ECHO)}] * 2
    started = compute.run(alice, {"endpoint": endpoint(), "tasks": tasks}, idle=True)
    running = calls.claim(FunctionCall.objects.get(position=0).pk)
    assert running
    assert compute.cancel(alice, started["action_id"])["details"]["failed"] == 1
    assert calls.deliver(running, Outcome(failure=calls.CANCELLED))
    ended = compute.status(alice, started["action_id"])
    assert (ended["status"], ended["details"]["code"]) == ("FAILED", "Cancelled")
    with pytest.raises(ActionError, match="has ended"):
        compute.cancel(alice, started["action_id"])


def test_a_running_function_stops_when_its_action_is_cancelled(compute, alice, settings, monkeypatch):
    settings.LEASE_SECONDS = 0.3
    text = "import time\ndef main():\n    time.sleep(30)"
    started = compute.run(alice, {"endpoint": endpoint(), "function": function(text)}, idle=True)
    run = sandbox.run

    def cancelled_meanwhile(*arguments, **options):
        Action.objects.update(cancel_requested=True)
        return run(*arguments, **options)

    monkeypatch.setattr(sandbox, "run", cancelled_meanwhile)
    calls.work(FunctionCall.objects.get().pk)
    assert compute.status(alice, started["action_id"])["details"]["code"] == "Cancelled"


def test_a_worker_that_ends_hands_its_calls_back(compute, alice):
    text = "import time\ndef main():\n    time.sleep(30)"
    started = compute.run(alice, {"endpoint": endpoint(), "function": function(text)}, idle=True)
    calls.stopping.set()
    try:
        calls.work(FunctionCall.objects.get().pk)
    finally:
        calls.stopping.clear()
    assert FunctionCall.objects.get().status == FunctionCall.PENDING
    assert compute.status(alice, started["action_id"])["status"] == "ACTIVE"
    assert calls.claim(FunctionCall.objects.get().pk)


@pytest.mark.parametrize(("wanted", "words"), [("full", "COMPUTE_ISOLATION=best"), ("some", '"some"')])
def test_less_isolation_than_the_site_asks_for_is_refused(
    compute: Compute, alice, settings, monkeypatch, wanted, words
):
    settings.COMPUTE_ISOLATION = wanted
    weak = Level("restricted", "Not full: bubblewrap (bwrap) is not installed.")
    monkeypatch.setattr(sandbox, "level", lambda: weak)
    details = compute.run(alice, {"endpoint": endpoint(), "function": function(ECHO)})["details"]
    assert details["code"] == "IsolationMissing"
    assert "COMPUTE_ISOLATION" in details["description"] and words in details["description"]


def test_functions_read_and_write_the_folders_of_their_caller_only(compute, alice, bob, tmp_path):
    roots = {}
    for name, owner in (("mine", "alice"), ("bobs", "bob")):
        roots[name] = tmp_path / name
        roots[name].mkdir()
        (roots[name] / "in.txt").write_text(f"from {name}")
        Collection.objects.create(display_name=name, root=str(roots[name]), owner=person(owner))
    text = """
        import pathlib

        def main(folder):
            text = pathlib.Path(folder, "in.txt").read_text()
            pathlib.Path(folder, "out.txt").write_text(text.upper())
            return text
    """
    body = {"endpoint": endpoint(), "function": function(text)}
    assert compute.run(alice, {**body, "args": str(roots["mine"])})["details"]["result"] == ["from mine"]
    assert (roots["mine"] / "out.txt").read_text() == "FROM MINE"
    refused = compute.run(alice, {**body, "args": str(roots["bobs"])})
    assert "FileNotFoundError" in refused["details"]["description"]
    assert not Path(roots["bobs"], "out.txt").exists()


def test_installed_packages_can_be_used(compute, alice, tmp_path):
    Collection.objects.create(display_name="c", root=str(tmp_path), owner=person("alice"))
    text = """
        from PIL import Image

        def main(path):
            image = Image.new("RGB", (640, 480), "navy")
            image.thumbnail((64, 64))
            image.save(path)
            return image.size
    """
    path = str(tmp_path / "small.png")
    done = compute.run(alice, {"endpoint": endpoint(), "function": function(text), "args": [path]})
    assert done["details"].get("result") == [[64, 48]], done
    assert Path(path).read_bytes().startswith(b"\x89PNG")


def test_both_versions_describe_themselves(db):
    for url in (V2, V3):
        described = registry.resolve(url).introspect()
        assert described["synchronous"] is False
        assert described["globus_auth_scope"].endswith("automate2")
        assert "tasks" in json.dumps(described["input_schema"])


def test_somebody_with_many_folders_can_call_functions(tmp_path, level):
    folders = [Folder(f"/nowhere/{'x' * 100}/{number}") for number in range(20_000)]
    for number in range(300):
        folder = tmp_path / ("y" * 200) / str(number)
        folder.mkdir(parents=True)
        folders.append(Folder(str(folder), is_writable=True))
    text = "def main(path):\n    return open(path, 'w').write('done')"
    call = sandbox.Call(text, "main", [f"{folders[-1].path}/new"])
    assert sandbox.run(call, folders, at=level).result == 4
    assert Path(folders[-1].path, "new").read_text() == "done"


def test_a_worker_whose_clock_is_wrong_keeps_its_call_and_takes_nobody_elses(compute, alice, monkeypatch):
    compute.run(alice, {"endpoint": endpoint(), "function": function(ECHO)}, idle=True)
    call_id, now = FunctionCall.objects.get().pk, timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() - timedelta(minutes=5))
    assert calls.claim(call_id)
    monkeypatch.setattr(timezone, "now", now)
    assert calls.claim(call_id) is None
    monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(minutes=5))
    assert calls.claim(call_id) is None


def test_a_cancelled_call_whose_worker_died_is_not_carried_out_again(compute, alice, tmp_path):
    Collection.objects.create(display_name="c", root=str(tmp_path), owner=person("alice"))
    text = f"def main():\n    open({str(tmp_path / 'ran')!r}, 'a').write('x')"
    started = compute.run(alice, {"endpoint": endpoint(), "function": function(text)}, idle=True)
    assert calls.claim(FunctionCall.objects.get().pk)  # and dies
    compute.cancel(alice, started["action_id"])
    FunctionCall.objects.update(lease_until=EPOCH)
    calls.work(FunctionCall.objects.get().pk)
    assert not (tmp_path / "ran").exists()
    assert compute.status(alice, started["action_id"])["details"]["code"] == "Cancelled"


def test_a_hint_that_was_lost_is_not_waited_for_longer_because_a_clock_is_ahead(compute, alice, monkeypatch):
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(minutes=5))
    compute.run(alice, {"endpoint": endpoint(), "function": function(ECHO)}, idle=True)
    assert FunctionCall.objects.get().hinted_at <= now()
