"""The starters: sound, loaded once, and left alone where people changed something."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from flowlang import forms
from flowlang.check import check_text
from library import access, provided
from library.models import Flow, FlowVersion
from library.publish import change, current_version, delete, publish
from providers import registry
from providers.compute.models import Endpoint, Function
from providers.search.models import SearchIndex
from providers.transfer.access import visible_to
from providers.transfer.models import Collection
from tests.people import person
from wire.principals import caller_of

SLUGS = sorted(path.parent.name for path in provided.FOLDER.glob("*/flow.json"))
TITLES = {
    "Stage, validate and index a dataset",
    "Thumbnails",
    "Filtered transfer with checks",
    "Two-stage transfer",
    "Move files",
}


@pytest.fixture
def home(settings, tmp_path: Path) -> Path:
    settings.HEADRACE_HOME = tmp_path
    return tmp_path


@pytest.fixture
def loaded(db, home: Path) -> Path:
    provided.load()
    return home


@pytest.mark.parametrize("slug", SLUGS)
def test_the_checker_has_nothing_to_say_about_a_starter(slug):
    folder = provided.FOLDER / slug
    texts = [(folder / name).read_text() for name in ("definition.json", "input_schema.json")]
    assert check_text(*texts, registry.schemas(), registry.results()).problems == []


@pytest.mark.parametrize("slug", SLUGS)
def test_a_starter_names_only_hosted_addresses(slug):
    definition = json.loads((provided.FOLDER / slug / "definition.json").read_text())
    called = [state["ActionUrl"] for state in definition["States"].values() if "ActionUrl" in state]
    assert called and all(url in registry.schemas() for url in called)


def test_the_published_texts_are_sound_too_and_take_their_samples(loaded):
    for starter in provided.starters():
        known = registry.schemas(), registry.results()
        checked = check_text(starter.source, starter.schema_source, *known)
        assert checked.problems == [], starter.slug
        assert forms.validate(json.loads(starter.schema_source), starter.metadata["sample_input"]) == []


def test_everything_is_there_for_everybody_who_is_signed_in(loaded):
    bob = person("bob")
    assert {flow.title for flow in access.startable_by(bob)} == TITLES
    names = {"Demo instrument", "Demo staging", "Demo archive"}
    assert {collection.display_name for collection in visible_to(caller_of(bob))} == names
    assert SearchIndex.objects.get().display_name == "Demo datasets"
    assert Endpoint.objects.get().name == "local"
    assert set(Function.objects.filter(is_public=True).values_list("name", flat=True)) == {
        "check_dataset",
        "make_thumbnail",
    }


def test_the_sample_data_is_where_the_samples_look(loaded):
    for starter in provided.starters():
        sample = starter.metadata["sample_input"]
        place = sample.get("dataset") or sample.get("source") or sample.get("images")
        root = Path(Collection.objects.get(pk=place["id"]).root)
        assert any((root / place["path"].strip("/")).iterdir()), starter.slug


def test_loading_twice_changes_nothing(loaded, django_assert_max_num_queries, capsys):
    before = list(Flow.objects.order_by("pk").values())
    with django_assert_max_num_queries(60):
        call_command("load_starters")
    assert capsys.readouterr().out.strip() == "The starters are up to date."
    assert list(Flow.objects.order_by("pk").values()) == before
    assert FlowVersion.objects.count() == len(SLUGS)


def test_what_somebody_moved_or_deleted_does_not_come_back(loaded):
    gone = loaded / "collections" / "instrument" / "outbox" / "shipment-1.txt"
    gone.unlink()
    flow = Flow.objects.get(title="Move files")
    delete(flow)
    provided.load()
    assert not gone.exists()
    assert Flow.objects.get(starter=flow.starter).deleted_at is not None


def test_a_starter_that_was_edited_here_stays_as_it_is(loaded):
    flow = Flow.objects.get(title="Move files")
    text = current_version(flow).source.replace("Moves what is", "We move what is")
    publish(flow, text, current_version(flow).schema_source, flow.owner, "ours")
    assert provided.load() == []
    assert current_version(flow).source == text


def test_a_newer_starter_becomes_a_new_version(loaded):
    flow = Flow.objects.get(title="Move files")
    shipped = current_version(flow).source
    FlowVersion.objects.filter(flow=flow).update(source=shipped.replace("Moves what is", "Moved what was"))
    change(flow, {"subtitle": "as it was"}, {})
    assert provided.load() == ['Brought the flow "Move files" up to date.']
    flow.refresh_from_db()
    assert (current_version(flow).number, current_version(flow).source) == (2, shipped)
    assert flow.subtitle != "as it was"


def test_a_changed_function_is_brought_up_to_date(loaded):
    Function.objects.filter(name="make_thumbnail").update(source="def make_thumbnail(): pass")
    assert provided.load() == ['Brought the function "make_thumbnail" up to date.']


def test_collections_follow_a_data_folder_that_moved(loaded, settings, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (loaded / "collections").rename(elsewhere / "collections")
    settings.HEADRACE_HOME = elsewhere
    provided.load()
    roots = {Path(root).parent for root in Collection.objects.values_list("root", flat=True)}
    assert roots == {elsewhere / "collections"}


class TestCheckDataset:
    """The function itself, as the sandbox would call it."""

    @pytest.fixture
    def check(self):
        scope: dict = {}
        exec((provided.FOLDER / "stage-validate-index" / "functions.py").read_text(), scope)
        return scope["check_dataset"]

    def dataset(self, loaded: Path, name: str) -> Path:
        return loaded / "collections" / "instrument" / "datasets" / name

    def test_a_good_dataset_is_described(self, loaded, check):
        answer = check(str(self.dataset(loaded, "alloy-scan")))
        assert (answer["is_good"], answer["problems"]) == (True, [])
        record = answer["record"]
        assert (record["title"], record["files"]) == ("Alloy scan at three temperatures", 5)
        assert record["columns"] == ["strain", "stress"]

    def test_a_damaged_one_is_turned_away_with_the_reason(self, loaded, check):
        answer = check(str(self.dataset(loaded, "torn-scan")))
        assert answer["is_good"] is False
        assert answer["problems"] == ["readings-650K.csv differs from the manifest's checksum."]

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            (None, "There is no manifest.json."),
            ("{", "cannot be read"),
            ("[]", "no list of files"),
            ('{"files": [1]}', "names no path"),
            ('{"files": [{"path": "../../etc/passwd"}]}', "leads out"),
            ('{"files": [{"path": "x"}]}', "x is missing"),
        ],
    )
    def test_whatever_the_manifest_holds_there_is_a_sentence(self, tmp_path, check, text, says):
        if text is not None:
            (tmp_path / "manifest.json").write_text(text)
        answer = check(str(tmp_path))
        assert answer["is_good"] is False
        assert any(says in problem for problem in answer["problems"])
