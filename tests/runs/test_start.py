"""The start page, as a browser without scripts uses it: who may, what it asks, refuses and starts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from flowlang.forms import validate
from library.models import Flow, FlowRole
from library.publish import create_flow
from runs.models import Run, RunRole
from tests.flowlang.schema_samples import sample
from tests.people import PASS, person, urn
from tests.runs.page import Form

pytestmark = pytest.mark.django_db
CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
UUID = "6f1c0a52-5a0e-4a53-9d3b-0f8b2f3f6a11"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "title": "Name", "minLength": 2},
        "count": {"type": "integer", "default": 2, "maximum": 9},
        "tags": {"type": "array", "items": {"type": "string"}},
        "way": {"oneOf": [{"type": "string", "title": "Word"}, {"type": "number", "title": "Amount"}]},
        "logo": {"type": "string", "format": "data-url"},
    },
}


def flow_of(schema: Any = SCHEMA, **more: Any) -> Flow:
    roles = {FlowRole.STARTER: [urn("bob")], FlowRole.VIEWER: [urn("carol")]}
    return create_flow(
        person("alice"), "Nightly copy", json.dumps(PASS), json.dumps(schema), roles=roles, **more
    )


def client(name: str | None) -> Client:
    made = Client()
    if name:
        made.force_login(person(name))
    return made


class Visit:
    """One person on the start page of one flow."""

    def __init__(self, flow: Flow, name: str = "bob", query: str = "") -> None:
        self.address, self.client = f"/flows/{flow.pk}/start{query}", client(name)
        self.answer = self.client.get(self.address)

    @property
    def page(self) -> str:
        return self.answer.content.decode()

    @property
    def form(self) -> Form:
        return Form(self.page, "start")

    def press(self, action: str, **typed: str) -> Any:
        """Type into controls (named without their slash), then press a button."""
        pairs: dict[str, list[str]] = {}
        for name, text in self.form.pairs:
            pairs.setdefault(name, []).append(text)
        for name, text in typed.items():
            key = name if name in ("label", "tags_", "text") else f"/{name}"
            pairs[key.removesuffix("_")] = [text]
        self.answer = self.client.post(self.address, {**pairs, "action": [action]})
        return self.answer


def started(answer: Any) -> Run:
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return Run.objects.get(pk=answer.headers["Location"].strip("/").split("/")[-1])


# --- rights


@pytest.mark.parametrize(
    ("name", "status"), [("alice", 200), ("bob", 200), ("carol", 403), ("mallory", 404), (None, 302)]
)
def test_only_starters_see_and_use_the_form(name: str | None, status: int):
    flow = flow_of()
    assert client(name).get(f"/flows/{flow.pk}/start").status_code == status
    post = client(name).post(f"/flows/{flow.pk}/start", {"action": "start", "/name": "x"})
    assert post.status_code == (422 if status == 200 else status)
    assert client(name).post(f"/flows/{flow.pk}/start/check?at=f-name", {}).status_code == status
    assert not Run.objects.exists()


def test_a_flow_that_is_not_there_is_not_found():
    assert client("bob").get(f"/flows/{UUID}/start").status_code == 404


def test_a_post_without_the_token_of_our_own_page_is_refused():
    flow = flow_of()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person("bob"))
    assert strict.post(f"/flows/{flow.pk}/start", {"action": "start", "/name": "xy"}).status_code == 403


# --- starting


def test_the_form_starts_a_run_with_what_was_typed():
    visit = Visit(flow_of())
    run = started(visit.press("start", name="Ada", label=" night 62 ", tags_="a,  b  c ,"))
    assert (run.owner, run.label, run.tags) == (person("bob"), "night 62", ["a", "b c"])
    assert orjson.loads(run.input) == {"name": "Ada", "count": 2}


def test_wrong_values_are_told_at_the_top_and_at_the_field_and_nothing_starts():
    visit = Visit(flow_of())
    answer = visit.press("start", name="A", count="ten")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "2 problems to look at" in page
    assert page.count("Enter at least 2 characters; now there are 1.") == 2
    assert 'value="ten"' in page
    assert 'href="#f-name-input"' in page
    assert not Run.objects.exists()


def test_the_first_wrong_field_has_the_focus():
    page = Visit(flow_of()).press("start").content.decode()
    assert page.count("autofocus") == 1
    assert page.index('name="/name"') < page.index("autofocus") < page.index('name="/count"')


def test_nothing_is_red_before_anybody_typed():
    assert 'aria-invalid="true"' not in Visit(flow_of()).page


def test_a_label_that_is_too_long_is_told():
    answer = Visit(flow_of()).press("start", name="Ada", label="x" * 65)
    assert answer.status_code == 422
    assert "1 to 64 are allowed" in answer.content.decode()


def test_an_input_larger_than_run_data_may_be_is_told():
    schema = {"properties": {"x": {"type": "string"}}}
    answer = Visit(flow_of(schema)).press("start", x="y" * 300_000)
    assert answer.status_code == 422
    assert "larger" in answer.content.decode() or "bytes" in answer.content.decode()


# --- the form's own buttons


def test_rows_are_added_and_removed_without_a_script():
    visit = Visit(flow_of())
    visit.press("add:/tags", name="Ada")
    visit.press("add:/tags")
    visit.press("start", **{"tags/0": "one"})
    assert orjson.loads(Run.objects.get().input)["tags"] == ["one"]


def test_what_was_typed_stays_when_a_row_is_added():
    page = Visit(flow_of()).press("add:/tags", name="Ada & <b>").content.decode()
    assert 'value="Ada &amp; &lt;b&gt;"' in page


def test_a_variant_is_switched_without_a_script():
    visit = Visit(flow_of())
    visit.press("switch", name="Ada", **{"way#variant0": "1"})
    assert 'inputmode="decimal"' in visit.page
    run = started(visit.press("start", way="3.5"))
    assert orjson.loads(run.input)["way"] == 3.5


def test_starting_right_after_choosing_another_variant_shows_its_fields_first():
    visit = Visit(flow_of())
    answer = visit.press("start", name="Ada", way="word", **{"way#variant0": "1"})
    assert answer.status_code == 422
    assert "“Amount” was chosen: look at its fields." in answer.content.decode()


def test_a_file_becomes_a_data_url():
    flow = flow_of()
    visit = Visit(flow)
    file = SimpleUploadedFile("a.txt", b"hello", "text/plain")
    answer = visit.client.post(visit.address, {"action": "start", "/name": "Ada", "/logo": file})
    assert orjson.loads(started(answer).input)["logo"] == "data:text/plain;name=a.txt;base64,aGVsbG8="


def test_a_file_stays_when_its_control_is_left_alone():
    flow = flow_of()
    visit = Visit(flow)
    held = "data:text/plain;name=a.txt;base64,aGVsbG8="
    answer = visit.client.post(visit.address, {"action": "start", "/name": "Ada", "/logo": [held, ""]})
    assert orjson.loads(started(answer).input)["logo"] == held


def test_one_field_is_checked_alone_when_it_is_left():
    visit = Visit(flow_of())
    pairs = {**dict(visit.form.pairs), "/count": "12", "/name": ""}
    answer = visit.client.post(f"{visit.address}/check?at=f-count", pairs).content.decode()
    assert "Enter 9 or less." in answer
    assert "required" not in answer
    assert 'id="f-count-error"' in answer
    assert "<template" not in answer


def test_a_check_brings_the_fields_that_are_asked_for_now():
    schema = {
        "properties": {"far": {"enum": ["yes", "no"]}, "name": {"type": "string", "default": "Ada"}},
        "if": {"properties": {"far": {"const": "yes"}}, "required": ["far"]},
        "then": {"properties": {"miles": {"type": "number"}}, "required": ["miles"]},
    }
    visit = Visit(flow_of(schema))
    pairs = {**dict(visit.form.pairs), "/far": "yes"}
    answer = visit.client.post(f"{visit.address}/check?at=f-far", pairs).content.decode()
    assert "<template data-fields>" in answer
    assert 'name="/miles"' in answer
    assert "required." not in answer, "nothing is red before anybody typed"
    assert "data-origin>default<" in answer, "each field still says where its value comes from"


@pytest.mark.parametrize("action", ["add:/tags", "enter:/more", "reset:/name"])
def test_a_script_that_shows_one_group_gets_that_group_as_the_whole_page_has_it(action: str):
    schema = {
        "properties": {
            "name": {"type": "string", "default": "Ada"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "more": {"type": "object", "additionalProperties": {"type": "number"}},
        }
    }
    visit = Visit(flow_of(schema))
    place = f"f{action.partition(':')[2].replace('/', '-')}"
    pairs = {**dict(visit.form.pairs), "/name": "Bob", "action": action}
    headers = {"HX-Request": "true", "HX-Target": place}
    part = visit.client.post(visit.address, pairs, headers=headers).content.decode()
    whole = visit.client.post(visit.address, pairs).content.decode()
    name = action.partition(":")[2]
    here, there = Form(f"<form id=start>{part}</form>", "start").pairs, Form(whole, "start").pairs
    assert {other.split("/")[1].split("#")[0] for other, _ in here if other[0] == "/"} == {name[1:]}
    assert [pair for pair in there if pair[0].startswith(name)] == [
        pair for pair in here if pair[0][0] == "/"
    ]
    assert dict(here)["shape"] == dict(there)["shape"]
    assert len(part) < len(whole) / 3


# --- guided and advanced


def test_both_views_show_one_object():
    visit = Visit(flow_of())
    visit.press("tab:advanced", name="Ada", count="3")
    assert json.loads(dict(visit.form.pairs)["text"]) == {"name": "Ada", "count": 3}
    visit.press("tab:guided", text='{"name": "Bea", "tags": ["x"]}')
    assert ("/tags/0", "x") in visit.form.pairs
    assert orjson.loads(started(visit.press("start")).input) == {"name": "Bea", "tags": ["x"]}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"name": }', "Line 1, column 2"),
        ("[1]", "JSON object"),
        ("", "no text"),
        ('{"a": "\\ud800"}', "Line 1"),
    ],
)
def test_text_that_is_no_input_starts_nothing_and_stays(text: str, words: str):
    visit = Visit(flow_of())
    visit.press("tab:advanced")
    visit.press("start", text=text)
    assert words in visit.page
    assert dict(visit.form.pairs)["text"] == text
    assert not Run.objects.exists()


def test_text_that_cannot_be_read_leaves_the_form_on_the_last_input_and_says_so():
    visit = Visit(flow_of())
    visit.press("tab:advanced", name="Ada")
    visit.press("tab:guided", text='{"name": "Bea"')
    assert ("/name", "Ada") in visit.form.pairs
    assert "the form shows the last input that could be" in visit.page
    visit.press("tab:advanced")
    assert dict(visit.form.pairs)["text"] == '{"name": "Bea"'


def test_a_change_in_the_form_supersedes_a_text_that_cannot_be_read():
    visit = Visit(flow_of())
    visit.press("tab:advanced", name="Ada")
    visit.press("tab:guided", text="{")
    visit.press("tab:advanced", name="Cleo")
    assert json.loads(dict(visit.form.pairs)["text"])["name"] == "Cleo"


def test_a_json_input_is_checked_like_the_form():
    visit = Visit(flow_of())
    visit.press("tab:advanced")
    answer = visit.press("start", text='{"name": "Ada", "more": 1}')
    assert answer.status_code == 422
    assert "is not one of this flow&#x27;s inputs" in answer.content.decode()
    assert started(visit.press("start", text='{"name": "Ada"}')).owner == person("bob")


def test_small_editors_that_hold_no_json_keep_their_text():
    visit = Visit(flow_of({"properties": {"x": {"type": "string", "default": {"a": 1}}}}))
    answer = visit.press("start", **{"x#json": "{,"})
    assert answer.status_code == 422
    assert "This is not valid JSON." in answer.content.decode()
    visit.press("tab:advanced")
    assert dict(visit.form.pairs)["/x#json"] == "{,"


# --- where values come from


def origins(visit: Visit) -> list[str]:
    return re.findall(r"data-origin>([^<]+)<", visit.page)


def test_each_value_says_where_it_comes_from():
    flow = flow_of(sample_input={"name": "Sample", "count": 2})
    visit = Visit(flow)
    assert origins(visit) == ["default"]
    visit.press("sample")
    assert origins(visit) == ["sample", "sample"]
    visit.press("add:/tags", name="Mine")
    assert origins(visit) == ["you", "sample"]
    assert origins(Visit(flow, query="?input=%7B%22name%22%3A%22Ada%22%7D")) == ["link"]


def test_a_value_goes_back_to_its_default():
    visit = Visit(flow_of())
    visit.press("add:/tags", name="Ada", count="7")
    assert "reset:/count" in visit.form.buttons
    visit.press("reset:/count")
    assert ("/count", "2") in visit.form.pairs
    assert ("/name", "Ada") in visit.form.pairs


def test_the_sample_fills_the_form_and_keeps_the_label():
    visit = Visit(flow_of(sample_input={"name": "Sample", "tags": ["s"]}))
    visit.press("sample", label="mine")
    run = started(visit.press("start"))
    assert (orjson.loads(run.input), run.label) == ({"name": "Sample", "tags": ["s"]}, "mine")


def test_a_link_fills_the_form():
    visit = Visit(flow_of(), query="?input=%7B%22name%22%3A%22Linked%22%7D")
    assert ("/name", "Linked") in visit.form.pairs
    assert ("/count", "") in visit.form.pairs


@pytest.mark.parametrize("text", ["%7B", "[1]", "%00", "x" * 5_000])
def test_a_broken_link_gives_the_empty_form_and_says_so(text: str):
    visit = Visit(flow_of(), query=f"?input={text}")
    assert visit.answer.status_code == 200
    assert "empty form" in visit.page


def test_run_again_fills_in_the_old_input_without_its_secrets():
    flow = flow_of({"properties": {"name": {"type": "string"}, "_private_key": {"type": "string"}}})
    first = Visit(flow)
    run = started(first.press("start", name="", _private_key="secret", label="first", tags_="t"))
    Run.objects.filter(pk=run.pk).update(input='{"name":"","_private_key":"secret","extra":{"a":1}}')
    visit = Visit(flow, query=f"?from={run.pk}")
    again = started(visit.press("start"))
    assert orjson.loads(again.input) == {"name": "", "extra": {"a": 1}}
    assert (again.label, again.tags) == ("first", ["t"])
    assert "secret" not in visit.page


@pytest.mark.parametrize("query", [f"?from={UUID}", "?from=nonsense", "?from="])
def test_a_run_that_one_may_not_see_fills_in_nothing(query: str):
    flow = flow_of()
    run = started(Visit(flow, "alice").press("start", name="Private"))
    for wanted in (query, f"?from={run.pk}"):
        visit = Visit(flow, "bob", wanted)
        assert visit.answer.status_code == 200
        assert "Private" not in visit.page
    RunRole.objects.create(run=run, role=RunRole.MONITOR, principal=urn("bob"))
    assert "Private" in Visit(flow, "bob", f"?from={run.pk}").page


# --- hostile schemas and posts


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"x": {"title": "<img src=x onerror=alert(1)>", "description": "<script>1</script>"}}},
        {
            "properties": {
                "<b>\"'": {"type": "string"},
                "__proto__": {"type": "object"},
                "": {"type": "string"},
            }
        },
        {"$ref": "#"},
        {"properties": {"x": {"$ref": "file:///etc/hostname"}}},
        {"properties": {"x": {"$ref": "#"}}, "required": ["x"], "type": "object"},
        {"properties": {"x": {"pattern": "^(a+)+$", "default": "a" * 40 + "!"}}},
        {"type": "array", "items": {"type": "string"}},
        {"properties": {f"p{n}": {"type": "array", "items": {}, "minItems": 3} for n in range(400)}},
        {"properties": {"x": {"type": "array", "default": [{"a": n} for n in range(500)]}}},
        True,
        False,
        {"properties": {"x": {"not": {}}, "y": {"format": ["email"], "title": 5, "enum": "a"}}},
    ],
)
def test_every_schema_gives_a_page_that_can_be_posted(schema: Any):
    flow = flow_of({})
    flow.versions.update(schema_source=json.dumps(schema))
    visit = Visit(flow)
    assert visit.answer.status_code == 200
    assert "<img src=x" not in visit.page
    assert "<script>1" not in visit.page
    for action in ("", "add:/x", "enter:/x", "include:/x", "tab:advanced", "start"):
        assert visit.press(action).status_code in (200, 302, 422)


@pytest.mark.parametrize(
    "post",
    [
        {"run_owner": "x", "status": "SUCCEEDED", "id": UUID, "flow_id": UUID, "/name": "Ada"},
        {
            "a[__proto__][x]": "1",
            "/__proto__/x": "1",
            "/name": "Ada",
            "#json": '{"name": "Ada", "__proto__": 1}',
        },
        {"/name": "\x00nul", "label": "a\x00b"},
        {"/name": "Ada", "tags": "x" * 300},
        {"tab": "advanced", "text": "[" * 100_000},
        {"tab": "advanced", "text": '{"name": 1e999}'},
        {"tab": "nonsense", "/tags#item": ["0"] * 50, "/tags/0": "a"},
    ],
)
def test_a_hostile_post_starts_a_plain_run_or_is_refused(post: dict[str, Any]):
    flow = flow_of()
    answer = client("bob").post(f"/flows/{flow.pk}/start", {**post, "action": "start"})
    assert answer.status_code in (302, 422)
    for run in Run.objects.all():
        assert (run.flow, run.owner, run.status) == (flow, person("bob"), Run.ACTIVE)


def test_people_are_found_by_name_for_the_signed_in():
    person("dora")
    found = client("bob").get("/people/search?q=dor").json()["principals"]
    assert found == [{"id": urn("dora"), "display_name": "dora", "description": ""}]
    assert client(None).get("/people/search?q=dor").status_code == 302


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of public flows is not beside the project")
def test_valid_inputs_of_public_schemas_survive_the_page():
    flow = flow_of({})
    tried = 0
    for path in sorted(CORPUS.glob("schemas/*/input_schema.json")) + sorted(
        CORPUS.glob("flows/*/input_schema.json")
    ):
        schema = json.loads(path.read_text())
        value = sample(schema, full=True)
        if validate(schema, value):
            continue
        flow.versions.update(schema_source=path.read_text())
        visit = Visit(flow, query="?" + _query(value))
        run = started(visit.press("start"))
        assert orjson.loads(run.input) == value, path.parent.name
        tried += 1
    assert tried > 40


def _query(value: Any) -> str:
    return urlencode({"input": json.dumps(value)})
