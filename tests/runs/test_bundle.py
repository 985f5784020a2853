"""A run as a file: what is in it, how it opens elsewhere, and what is no bundle."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from library.models import Flow
from runs import engine
from runs.acting_tables import RunBundle
from runs.bundles import bundle, bundle_reading
from runs.bundles.bundle import bundle_of, packed
from runs.bundles.bundle_reading import BundleRefused
from runs.models import Run, RunEvent
from tests.engine.conftest import fresh, start
from tests.people import Api, person, urn
from wire.errors import StateConflict

pytestmark = pytest.mark.django_db
STEP = {"Type": "Pass", "Result": {"n": 1}, "ResultPath": "$.step"}
END = {"Type": "Pass", "End": True}
FAIL = {"Type": "Fail", "Error": "TooBig", "Cause": "It is too big."}
ADDRESS = "http://there.example.org/runs/1/"


def client(name: str) -> Client:
    made = Client()
    made.force_login(person(name))
    return made


def ended(*states: Any, **options: Any) -> Run:
    run = start(*(states or (STEP, END)), **options)
    engine.work(run.pk)
    return fresh(run)


def opened(content: bytes, name: str = "alice") -> Any:
    file = SimpleUploadedFile("run.zip", content, "application/zip")
    return client(name).post("/runs/bundles/", {"bundle": file})


def files_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: dict[str, bytes], way: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", way) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def forged(content: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The bundle after a change, with a manifest that fits what was changed."""
    files = files_of(content)
    change(files)
    return zipped({**files, bundle.MANIFEST: bundle.manifest_of(files)})


def test_it_holds_what_there_is_to_know_and_the_manifest_fits():
    run = ended(input={"x": 1}, label="night", tags=["t"])
    files = bundle_of(run, ADDRESS).files
    assert set(files) == set(bundle.NAMES)
    assert json.loads(files["input.json"]) == {"x": 1}
    assert json.loads(files["output.json"]) == {"x": 1, "step": {"n": 1}}
    assert files["definition.json"].decode() == run.version.source
    log = [json.loads(line) for line in files["events.jsonl"].splitlines()]
    assert [entry["seq"] for entry in log] == list(range(1, run.last_seq + 1))
    about = json.loads(files["run.json"])
    assert (about["run_id"], about["label"], about["tags"]) == (str(run.pk), "night", ["t"])
    sums = dict(reversed(line.split("  ")) for line in files["manifest-sha256.txt"].decode().splitlines())
    assert sums == {
        name: hashlib.sha256(content).hexdigest()
        for name, content in files.items()
        if name != bundle.MANIFEST
    }


def test_the_crate_describes_every_file_and_the_run():
    files = bundle_of(ended(), ADDRESS).files
    graph = {each["@id"]: each for each in json.loads(files["ro-crate-metadata.json"])["@graph"]}
    assert graph["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    parts = {part["@id"] for part in graph["./"]["hasPart"]}
    assert parts == set(files) - {"ro-crate-metadata.json", "manifest-sha256.txt"}
    assert all(graph[name]["sha256"] == bundle.sha256(files[name]) for name in parts)
    action = next(each for each in graph.values() if each["@type"] == "CreateAction")
    assert action["instrument"] == {"@id": "definition.json"} == graph["./"]["mainEntity"]
    named = {link.split('"')[0] for link in json.dumps(list(graph.values())).split('"@id": "')[1:]}
    outside = {"https://w3id.org/ro/crate/1.1"}
    assert {each for each in named if "ActionStatus" not in each} - set(graph) == outside


def test_the_same_run_gives_the_same_bytes():
    run = ended()
    assert packed(run, bundle_of(run, ADDRESS)) == packed(run, bundle_of(fresh(run), ADDRESS))


def test_no_secret_is_in_it():
    secret = {"Type": "Pass", "Parameters": {"copy.$": "$.pin"}, "ResultPath": "$.again"}
    state = {
        "Type": "Action",
        "ActionUrl": "https://actions.globus.org/hello_world",
        "Parameters": {"echo_string": "very-private", "__Private_Parameters": ["echo_string"]},
        "ResultPath": "$._private_hello",
    }
    run = ended(secret, state, END, input={"pin": "hunter2-pin", "_private_k": "k-private"})
    schema = '{"properties": {"pin": {"type": "string", "format": "password"}}}'
    type(run.version).objects.filter(pk=run.version_id).update(schema_source=schema)
    content = b"".join(bundle_of(Run.objects.get(pk=run.pk), ADDRESS).files.values())
    assert run.status == Run.SUCCEEDED
    assert not any(each in content for each in (b"hunter2", b"k-private", b"very-private"))


def test_a_run_that_goes_on_has_none():
    run = start(STEP, END)
    with pytest.raises(StateConflict, match="goes on"):
        bundle_of(run, ADDRESS)
    assert client("alice").get(f"/runs/{run.pk}/bundle").status_code == 409


def test_whoever_may_see_the_run_may_take_it_along():
    run = ended(monitors=[urn("bob")])
    page = client("bob").get(f"/runs/{run.pk}/bundle")
    made = bundle_of(run, f"http://testserver/runs/{run.pk}/")
    assert made.checksum in page.content.decode()
    answer = client("bob").get(f"/runs/{run.pk}/bundle?download=1")
    assert files_of(answer.content) == made.files
    assert client("mallory").get(f"/runs/{run.pk}/bundle?download=1").status_code == 404


# --- opening


@pytest.fixture
def content() -> bytes:
    """A bundle of a run that has failed, of which nothing is left here."""
    run = ended(STEP, FAIL, input={"x": 1}, label="night")
    made = packed(run, bundle_of(run, ADDRESS))
    return made


def test_it_opens_as_a_run_to_read(content):
    answer = opened(content, "bob")
    row = RunBundle.objects.select_related("run").get()
    run = row.run
    assert answer.headers["Location"] == f"/runs/{run.pk}/"
    page = client("bob").get(f"/runs/{run.pk}/").content.decode()
    assert "Read-only: opened from a bundle." in page and row.checksum in page
    assert "Run again" not in page and "Retry from here" not in page and "Cancel<" not in page
    log = json.loads(client("bob").get(f"/runs/{run.pk}/log?format=json").getvalue())
    told = [json.loads(line) for line in files_of(content)["events.jsonl"].splitlines()]
    assert [(each["time"], each["code"], each["details"]) for each in log] == [
        (each["time"], each["code"], each["details"]) for each in told
    ]
    assert (run.status, run.label, run.state, run.wake_at) == (Run.FAILED, "night", "B", None)


def test_a_run_with_the_longest_label_and_tags_opens_though_masks_make_them_longer():
    schema = '{"properties": {"pin": {"type": "string", "format": "password"}}}'
    label, tags = "4711" + "x" * 60, ["4711" + "y" * 124, *map(str, range(49))]
    run = ended(input={"pin": "4711"}, label=label, tags=tags)
    type(run.version).objects.filter(pk=run.version_id).update(schema_source=schema)
    run = Run.objects.get(pk=run.pk)
    assert opened(packed(run, bundle_of(run, ADDRESS))).status_code == 302
    copy = RunBundle.objects.get().run
    assert (copy.label, copy.tags[0]) == ("*" * 8 + "x" * 56, "*" * 8 + "y" * 120)
    assert copy.tags[1:] == tags[1:]


def test_nobody_can_do_anything_with_it(content):
    opened(content, "bob")
    run = RunBundle.objects.get().run
    bob = client("bob")
    for what in ("cancel", "resume", "allow", "retry"):
        assert bob.post(f"/runs/{run.pk}/{what}").status_code == 403
    api = Api("bob")
    assert api("POST", f"/runs/{run.pk}/retry", {}).status_code == 403
    assert api("POST", f"/runs/{run.pk}/release").status_code == 403
    assert not engine.work(run.pk) and fresh(run).status == Run.FAILED
    assert bob.get(f"/runs/{run.pk}/bundle").status_code == 409


def test_nobody_else_sees_it_and_no_list_holds_it(content):
    opened(content, "bob")
    run = RunBundle.objects.get().run
    assert client("alice").get(f"/runs/{run.pk}/").status_code == 404
    assert Api("bob")("GET", "/runs").json()["runs"] == []
    assert f"/runs/{run.pk}/" not in client("bob").get("/runs/").content.decode()
    assert str(run.flow_id) not in json.dumps(Api("bob")("GET", "/flows").json())
    assert f"/runs/{run.pk}/" in client("bob").get("/runs/bundles/").content.decode()


def test_it_can_be_compared_and_reported(content):
    mine = ended(STEP, END, owner=person("bob"))
    opened(content, "bob")
    run = RunBundle.objects.get().run
    bob = client("bob")
    assert bob.get(f"/runs/{mine.pk}/compare?with={run.pk}").status_code == 200
    assert "TooBig" in bob.get(f"/runs/{run.pk}/report").content.decode()


def test_opening_it_again_is_the_one_that_is_there(content):
    assert opened(content).headers["Location"] == opened(content).headers["Location"]
    assert RunBundle.objects.count() == 1


def test_closing_it_leaves_nothing(content):
    flows, events = Flow.objects.count(), RunEvent.objects.count()
    opened(content)
    run = RunBundle.objects.get().run
    assert client("mallory").post(f"/runs/{run.pk}/bundle/close").status_code == 404
    client("alice").post(f"/runs/{run.pk}/bundle/close")
    assert not RunBundle.objects.exists() and not Run.objects.filter(pk=run.pk).exists()
    assert (Flow.objects.count(), RunEvent.objects.count()) == (flows, events)


def test_there_is_a_most_that_one_may_have_open(content, monkeypatch):
    monkeypatch.setattr("runs.bundles.bundle_opening.MOST_OPEN", 0)
    answer = opened(content)
    assert answer.status_code == 409 and b"Close one first" in answer.content


# --- what is none


def change_log(change: Callable[[list[dict[str, Any]]], None]) -> Callable[[dict[str, bytes]], None]:
    def changed(files: dict[str, bytes]) -> None:
        log = [json.loads(line) for line in files["events.jsonl"].splitlines()]
        change(log)
        files["events.jsonl"] = b"".join(json.dumps(each).encode() + b"\n" for each in log)

    return changed


def about(**changes: Any) -> Callable[[dict[str, bytes]], None]:
    return lambda files: files.update(
        {"run.json": json.dumps(json.loads(files["run.json"]) | changes).encode()}
    )


def put(name: str, content: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda files: files.update({name: content})


FORGERIES = {
    "a gap in the log": (change_log(lambda log: log.pop(1)), "as many entries"),
    "a number twice": (change_log(lambda log: log[2].update(seq=2)), "is not entry 3"),
    "a number that is no number": (change_log(lambda log: log[0].update(seq=True)), "is not entry 1"),
    "a code with marks": (change_log(lambda log: log[1].update(code="<b>")), "no code"),
    "a description that is none": (change_log(lambda log: log[1].update(description=7)), "no code or"),
    "a NUL in a description": (change_log(lambda log: log[1].update(description="a\0b")), "no code or"),
    "details that are a list": (change_log(lambda log: log[1].update(details=[])), "no details"),
    "a state without a name": (
        change_log(lambda log: log[1]["details"].update(state_name=[1])),
        "no details",
    ),
    "a time without a zone": (change_log(lambda log: log[1].update(time="2026-01-01T00:00:00")), "no time"),
    "a time in another age": (
        change_log(lambda log: log[1].update(time="0001-01-01T00:00:00+00:00")),
        "no time",
    ),
    "no log": (put("events.jsonl", b""), "as many entries"),
    "a log of nonsense": (put("events.jsonl", b"{\n" * 6), "as many entries|no JSON"),
    "a run that goes on": (about(status="ACTIVE"), "status"),
    "another format": (about(format_version=2), "later one"),
    "a title that is too long": (about(flow_title="x" * 129), "flow_title"),
    "a label that is a list": (about(label=["x"]), "label"),
    "tags of objects": (about(tags=[{}]), "tags"),
    "a version that is no number": (about(flow_version="1"), "flow_version"),
    "a huge version": (about(flow_version=2**40), "flow_version"),
    "no start": (about(start_time=None), "start_time"),
    "a definition that is a list": (put("definition.json", b"[]"), "no JSON object"),
    "states that are texts": (put("definition.json", b'{"States": {"A": "x"}}'), "States"),
    "a deep definition": (put("definition.json", b'{"a":' * 5000 + b"1" + b"}" * 5000), "cannot be read"),
    "an input that is no text": (put("input.json", b"\xff\xfe"), "UTF-8"),
    "a NUL in an input": (put("input.json", b'{"a": "\\u0000"}'), "cannot be read"),
    "a NUL that is not escaped": (put("input.json", b'{"a": "\x00"}'), "cannot be read"),
    "a file more": (put("setup.py", b"x"), "no part of a run bundle"),
    "a path that leads out": (put("../evil.json", b"x"), "no part of a run bundle"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_bundle_is_refused(content, name):
    change, words = FORGERIES[name]
    with pytest.raises(BundleRefused, match=words):
        bundle_reading.read(io.BytesIO(forged(content, change)))
    answer = opened(forged(content, change))
    assert answer.status_code == 422 and not RunBundle.objects.exists()


def test_a_file_that_was_changed_after_the_export_is_named(content):
    files = files_of(content) | {"input.json": b'{"x": 2}\n'}
    with pytest.raises(BundleRefused, match=r"input\.json is not what the manifest says"):
        bundle_reading.read(io.BytesIO(zipped(files)))


def test_a_manifest_that_names_more_or_lacks_some_is_refused(content):
    files = files_of(content)
    more = files[bundle.MANIFEST] + b"0" * 64 + b"  other.txt\n"
    with pytest.raises(BundleRefused, match=r"names other\.txt"):
        bundle_reading.read(io.BytesIO(zipped({**files, bundle.MANIFEST: more})))
    with pytest.raises(BundleRefused, match="not what the manifest says"):
        bundle_reading.read(io.BytesIO(zipped({**files, bundle.MANIFEST: b""})))
    with pytest.raises(BundleRefused, match="not a list of checksums"):
        bundle_reading.read(io.BytesIO(zipped({**files, bundle.MANIFEST: b"\xff x"})))


def test_a_bomb_is_not_unpacked(content, monkeypatch):
    monkeypatch.setattr(bundle, "MOST_BYTES", 1_000_000)
    bomb = zipped({**files_of(content), "events.jsonl": b"0" * 50_000_000})
    assert len(bomb) < 100_000
    with pytest.raises(BundleRefused, match="larger than it may be"):
        bundle_reading.read(io.BytesIO(bomb))


def test_a_zip_with_a_file_twice_is_refused(content):
    target = io.BytesIO(content)
    with pytest.warns(UserWarning), zipfile.ZipFile(target, "a") as archive:
        archive.writestr("input.json", b"{}")
    with pytest.raises(BundleRefused, match="twice"):
        bundle_reading.read(target)


@pytest.mark.parametrize("way", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_other_ways_of_packing_are_refused(content, way):
    with pytest.raises(BundleRefused, match="packed in a way"):
        bundle_reading.read(io.BytesIO(zipped(files_of(content), way)))


def test_a_broken_zip_is_refused(content):
    step = max(1, len(content) // 60)
    for at in range(0, len(content), step):
        broken = bytearray(content)
        broken[at] ^= 0xFF
        try:
            bundle_reading.read(io.BytesIO(bytes(broken)))
        except BundleRefused:
            continue
        assert files_of(bytes(broken)) == files_of(content)  # the byte meant nothing
    for length in (0, 10, len(content) // 2, len(content) - 1):
        with pytest.raises(BundleRefused):
            bundle_reading.read(io.BytesIO(content[:length]))


def test_what_is_too_large_is_said_to_be(content, monkeypatch):
    monkeypatch.setattr(bundle_reading, "MOST_ZIP_BYTES", 10)
    assert opened(content).status_code == 413


def test_no_file_is_no_bundle():
    answer = client("alice").post("/runs/bundles/")
    assert answer.status_code == 422 and b"Choose the zip file" in answer.content


ODD: Any = [None, True, 5, -1.5, "", "x" * 300, [], [1], {}, {"a": []}, "<img src=x>", {"Next": {}}]
PAGES = (
    *("", "visits.json", "visits/2.json", "usual.json", "events?after=0", "log/entries", "log/search?q=a"),
    *("log?format=json", "log?format=csv", "log?format=text", "report", "compare", "compare?with={other}"),
)
FIELDS = (
    *("Type", "Next", "End", "Choices", "Default", "Catch", "ActionUrl", "Parameters", "ResultPath", "RunAs"),
    *("Comment", "WaitTime", "Seconds", "SecondsPath", "InputPath", "Result", "__Private_Parameters"),
)
DETAILS = ("input", "output", "action_statuses", "exception", "cause", "reason", "next", "state_type")


def odd_state(number: int) -> dict[str, Any]:
    return {name: ODD[(number + at) % len(ODD)] for at, name in enumerate(FIELDS)}


def odd(number: int) -> Callable[[dict[str, bytes]], None]:
    """Fill the files with values that stand nowhere in a real run, but are JSON of the right outer shape."""

    def changed(files: dict[str, bytes]) -> None:
        value = ODD[number]
        states = {"A": odd_state(number), "B": odd_state(number + 1), "": {}}
        definition = {"StartAt": value, "States": states, "Comment": value}
        schema = {"properties": {"x": value, "y": {"type": value, "format": "password"}}, "allOf": value}
        files["definition.json"] = json.dumps(definition).encode()
        files["input-schema.json"] = json.dumps(schema).encode()
        files["input.json"] = json.dumps({"x": value, "y": value}).encode()
        log = [json.loads(line) for line in files["events.jsonl"].splitlines()]
        for entry in log[1:]:
            entry["details"] |= dict.fromkeys(DETAILS, value)
        log[0]["details"] = {"input": value, "run_data": value}
        log[2]["code"] = "FlowStarted"
        files["events.jsonl"] = b"".join(json.dumps(entry).encode() + b"\n" for entry in log)

    return changed


@pytest.mark.parametrize("number", range(len(ODD)))
def test_no_page_breaks_at_what_a_forged_bundle_holds(content, number):
    answer = opened(forged(content, odd(number)))
    assert answer.status_code == 302, answer.content
    run = RunBundle.objects.get().run
    other, alice = Run.objects.exclude(pk=run.pk).get(), client("alice")
    pages = [page.format(other=other.pk) for page in PAGES]
    codes = {page: alice.get(f"/runs/{run.pk}/{page}").status_code for page in pages}
    assert {page: code for page, code in codes.items() if code != 200} == {}
    assert alice.get(f"/runs/{run.pk}/visits/3.json").status_code == 404
