"""Starting again: from a run, a preset, a link; what differs is told, secrets go nowhere."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from library.models import Flow, FlowRole
from library.publish import create_flow
from runs import engine
from runs.consents.consent import consent
from runs.launching import prefill
from runs.models import Preset, Run
from tests.people import PASS, person, urn
from tests.runs.test_start import Visit, started

pytestmark = pytest.mark.django_db
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "title": "Sample"},
        "count": {"type": "integer", "default": 2},
        "fast": {"type": "boolean", "default": True},
        "pin": {"type": "string", "format": "password"},
        "api_key": {"type": "string"},
        "deep": {"type": "object", "properties": {"path": {"type": "string"}}},
    },
}
BODY = {"name": "S-113", "count": 7, "fast": False, "deep": {"path": "/a"}}


def flow_of(schema: Any = SCHEMA) -> Flow:
    roles = {FlowRole.STARTER: [urn("bob"), urn("erin")]}
    return create_flow(person("alice"), "Nightly copy", json.dumps(PASS), json.dumps(schema), roles=roles)


def run_of(flow: Flow, body: dict[str, Any], owner: str = "bob", **more: Any) -> Run:
    return engine.start(flow.versions.get(), person(owner), body, **more)


def input_of(run: Run) -> Any:
    return orjson.loads(run.input)


# --- a run again


def test_run_again_shows_exactly_the_earlier_input_and_starts_it():
    flow = flow_of()
    earlier = run_of(flow, BODY, label="first", tags=["a", "b"])
    visit = Visit(flow, query=f"?from={earlier.pk}")
    assert "Filled with the input of run “first”." in visit.page
    assert "The same as" in visit.page
    run = started(visit.press("start"))
    assert input_of(run) == BODY
    assert (run.label, run.tags) == ("first", ["a", "b"])
    assert run.again.earlier == earlier


def test_what_was_changed_is_told_with_old_and_new():
    flow = flow_of()
    earlier = run_of(flow, BODY)
    visit = Visit(flow, query=f"?from={earlier.pk}")
    visit.press("tab:guided", name="S-114")
    page = visit.page
    assert "<strong>1 field</strong>" in page
    assert "<del>&quot;S-113&quot;</del>" in page
    assert "<ins>&quot;S-114&quot;</ins>" in page
    assert 'data-changed="f-name"' in page
    run = started(visit.press("start"))
    assert input_of(run) == BODY | {"name": "S-114"}
    assert run.again.earlier == earlier


def test_the_changes_are_also_told_while_one_types():
    flow = flow_of()
    earlier = run_of(flow, BODY)
    visit = Visit(flow, query=f"?from={earlier.pk}")
    pairs: dict[str, list[str]] = {}
    for name, text in visit.form.pairs:
        pairs.setdefault(name, []).append(text)
    answer = visit.client.post(f"/flows/{flow.pk}/start/around", {**pairs, "/deep/path": ["/b"]})
    page = answer.content.decode()
    assert 'data-changed="f-deep-path"' in page
    assert "/b" in page.split('id="start-code"')[1]


def test_a_cleared_form_is_nobodys_again():
    flow = flow_of()
    visit = Visit(flow, query=f"?from={run_of(flow, BODY).pk}")
    visit.press("clear")
    assert "Differs from" not in visit.page
    run = started(visit.press("start", name="x"))
    assert not hasattr(run, "again")


def test_somebody_elses_run_is_neither_shown_nor_linked():
    flow = flow_of()
    earlier = run_of(flow, BODY, owner="erin")
    assert "There is no run" in Visit(flow, query=f"?from={earlier.pk}").page
    visit = Visit(flow, query=f"?from={run_of(flow, BODY).pk}")
    run = started(visit.press("start", earlier_="x"))
    assert run.again.earlier.owner == person("bob")


def test_secrets_of_a_run_are_not_carried_over_and_that_is_told():
    flow = flow_of()
    earlier = run_of(flow, BODY | {"pin": "1234", "_private_x": "hush"})
    page = Visit(flow, query=f"?from={earlier.pk}").page
    assert "1234" not in page
    assert "hush" not in page
    assert "Its secrets are not carried over" in page


def test_both_run_pages_lead_to_each_other():
    flow = flow_of()
    earlier = run_of(flow, BODY)
    visit = Visit(flow, query=f"?from={earlier.pk}")
    run = started(visit.press("start"))
    assert f"/runs/{earlier.pk}/" in visit.client.get(f"/runs/{run.pk}/").content.decode()
    assert f"/runs/{run.pk}/" in visit.client.get(f"/runs/{earlier.pk}/").content.decode()


# --- recent inputs


def test_the_last_ten_different_inputs_are_offered_with_their_changes():
    flow = flow_of()
    for number in range(13):
        run_of(flow, {"name": f"S-{number}", "api_key": "hush"})
        run_of(flow, {"name": f"S-{number}", "api_key": "hush2"})
    found = prefill.recent(person("bob"), flow.pk, SCHEMA)
    assert [each.line for each in found][:2] == ['name: "S-11" → "S-12"', 'name: "S-10" → "S-11"']
    assert len(found) == prefill.MOST_RECENT
    assert "hush" not in Visit(flow).page


def test_recent_inputs_are_ones_own():
    flow = flow_of()
    run_of(flow, BODY, owner="erin")
    assert prefill.recent(person("bob"), flow.pk, SCHEMA) == []


# --- links


@pytest.mark.parametrize(
    "body", [{}, BODY, {"é": "ü→", "n": [1.5, None, True]}, {"long": "abc " * 2_000}], ids=range(4)
)
def test_a_link_holds_the_input(body: dict[str, Any]):
    assert prefill.unpack(prefill.pack(body)) == body


@pytest.mark.parametrize("text", ["~", "~!!!", "~AAAA", "{", "~" + "A" * 5_000, "[1]", "~é"])
def test_a_broken_link_is_told_and_gives_the_empty_form(text: str):
    page = Visit(flow_of(), query="?" + "input=" + text).page
    assert "so this is the empty form" in page


def test_a_link_that_unpacks_to_far_too_much_is_refused():
    text = prefill.pack({"x": "a" * 3_000_000})
    assert len(text) < 8_000
    with pytest.raises(ValueError, match="larger than an input may be"):
        prefill.unpack(text)


def test_the_copied_link_brings_the_values_without_the_secrets():
    flow = flow_of()
    visit = Visit(flow)
    visit.press("tab:guided", name="S-1", pin="1234", api_key="hush")
    link = visit.page.split('<pre id="start-link"')[1].split(">")[1].split("<")[0].replace("&amp;", "&")
    asked = parse_qs(urlsplit(link).query)["input"][0]
    assert prefill.unpack(asked) == {"name": "S-1", "count": 2, "fast": True}
    other = Visit(flow, name="erin", query="?" + urlsplit(link).query)
    assert input_of(started(other.press("start"))) == {"name": "S-1", "count": 2, "fast": True}


def test_a_visitor_who_follows_a_link_comes_back_to_it_after_signing_in():
    visit = Visit(flow_of(), name="", query="?input=%7B%22name%22%3A%22S-9%22%7D")
    assert visit.answer.status_code == 302
    assert "input%3D" in visit.answer.headers["Location"]


# --- presets


def save(visit: Visit, title: str, *also: str, **typed: str) -> Any:
    pairs: dict[str, list[str]] = {}
    for key, text in visit.form.pairs:
        pairs.setdefault(key, []).append(text)
    pairs |= {f"/{key}": [text] for key, text in typed.items()} | {key: ["1"] for key in also}
    visit.answer = visit.client.post(visit.address, {**pairs, "preset-name": [title], "action": ["preset"]})
    return visit.answer


def test_a_preset_keeps_the_values_and_not_the_secrets():
    flow = flow_of()
    visit = Visit(flow)
    assert save(visit, " beamline  7 ", name="S-7", pin="1234", api_key="hush").status_code == 200
    preset = Preset.objects.get()
    assert (preset.name, json.loads(preset.input)) == (
        "beamline 7",
        {"name": "S-7", "count": 2, "fast": True},
    )
    filled = Visit(flow, query=f"?preset={preset.pk}")
    assert "Filled with the preset “beamline 7”." in filled.page
    assert input_of(started(filled.press("start"))) == {"name": "S-7", "count": 2, "fast": True}


def test_a_name_that_is_taken_is_replaced_only_when_asked():
    visit = Visit(flow_of())
    save(visit, "one", name="a")
    answer = save(visit, "one", name="b")
    assert answer.status_code == 422
    assert "There is a preset “one” already." in answer.content.decode()
    assert json.loads(Preset.objects.get().input)["name"] == "a"
    assert save(visit, "one", "preset-replace", name="b").status_code == 200
    assert json.loads(Preset.objects.get().input)["name"] == "b"


@pytest.mark.parametrize("name", ["", "  ", "x" * 65])
def test_a_preset_needs_a_short_name(name: str):
    assert save(Visit(flow_of()), name).status_code == 422
    assert not Preset.objects.exists()


def test_only_administrators_share_and_everybody_who_may_start_sees_it():
    flow = flow_of()
    assert save(Visit(flow), "ours", "preset-shared").status_code == 422
    assert save(Visit(flow, name="alice"), "ours", "preset-shared", name="S-5").status_code == 200
    save(Visit(flow), "mine", name="S-6")
    page = Visit(flow, name="erin").page
    assert "ours" in page
    assert ">mine<" not in page
    preset = Preset.objects.get(name="mine")
    assert "There is no such preset" in Visit(flow, name="erin", query=f"?preset={preset.pk}").page


def test_presets_are_deleted_and_shared_by_those_who_may():
    flow = flow_of()
    save(Visit(flow, name="alice"), "ours", "preset-shared")
    save(Visit(flow), "mine")
    ours, mine = Preset.objects.get(name="ours"), Preset.objects.get(name="mine")
    bob, erin, alice = (Visit(flow, name=name).client for name in ("bob", "erin", "alice"))
    address = f"/flows/{flow.pk}/presets/"
    assert bob.post(f"{address}{ours.pk}", {"action": "delete"}).status_code == 403
    assert erin.post(f"{address}{mine.pk}", {"action": "delete"}).status_code == 404
    assert bob.post(f"{address}{mine.pk}", {"action": "share"}).status_code == 302
    assert not Preset.objects.get(name="mine").is_shared
    assert "mine" in bob.get(address).content.decode()
    assert bob.post(f"{address}{mine.pk}", {"action": "delete"}).status_code == 302
    assert alice.post(f"{address}{ours.pk}", {"action": "unshare"}).status_code == 302
    assert not Preset.objects.get().is_shared


# --- who else, and mails


def test_managers_monitors_and_mails_are_those_that_were_chosen():
    visit = Visit(flow_of())
    visit.answer = visit.client.post(
        visit.address,
        {
            "/name": "x",
            "action": "start",
            "managers": f"erin, {urn('alice')}",
            "monitors": "carol",
            "notify-asked": "1",
            "notify": ["FAILED", "SUCCEEDED"],
        },
    )
    person("carol")
    assert visit.answer.status_code == 422
    assert "There is no user or group “carol” here." in visit.page
    visit.answer = visit.client.post(
        visit.address,
        {
            "/name": "x",
            "action": "start",
            "managers": f"erin, {urn('alice')}",
            "monitors": "carol",
            "notify-asked": "1",
            "notify": ["FAILED", "SUCCEEDED"],
        },
    )
    run = started(visit.answer)
    assert set(run.roles.values_list("role", "principal")) == {
        ("run_manager", urn("erin")),
        ("run_manager", urn("alice")),
        ("run_monitor", urn("carol")),
    }
    assert run.notify_on == ["FAILED", "SUCCEEDED"]


def test_the_usual_is_one_mail_when_the_run_needs_somebody():
    assert started(Visit(flow_of()).press("start")).notify_on == ["INACTIVE"]


def test_what_will_happen_is_told_before_it_starts():
    definition = {
        "StartAt": "Copy",
        "States": {
            "Copy": {
                "Type": "Action",
                "ActionUrl": "https://transfer.actions.globus.org/transfer",
                "Parameters": {},
                "Next": "Far",
            },
            "Far": {
                "Type": "Action",
                "Parameters": {},
                "ActionUrl": "https://example.org/p",
                "RunAs": "Flow",
                "End": True,
            },
        },
    }
    flow = create_flow(person("bob"), "Two steps", json.dumps(definition), "{}")
    page = Visit(flow).page
    assert "Copies files and folders from one collection to another" in page
    assert "<strong>The flow itself.</strong>" in page
    assert "It acts in your name: copies files" in page
    assert "It sends data to example.org" in page


def test_addresses_that_are_none_do_not_break_the_page():
    far = {"Type": "Action", "ActionUrl": "http://[bad", "Parameters": {}, "RunAs": ["x"], "End": True}
    shown = consent(
        {"StartAt": "A", "States": {"A": far, "B": 3, "C": {"Type": "Choice"}}}, {}, person("bob")
    )
    assert [step.words for step in shown.steps] == ["Calls a provider", "Decides what is next"]
