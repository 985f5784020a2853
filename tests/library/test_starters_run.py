"""Every starter, carried out from its sample by the real engine and the real providers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from PIL import Image

from library import provided
from providers.notification.models import SentMail
from providers.search.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(settings, tmp_path: Path) -> Path:
    settings.HEADRACE_HOME = tmp_path
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    provided.load()
    return tmp_path / "collections"


@pytest.fixture
def run(site: Path, tmp_path: Path, capsys):
    """Run a starter from its sample, changed by `more`; return the log and the exit code."""

    def start(slug: str, **more):
        starter = next(one for one in provided.starters() if one.slug == slug)
        files = {"definition": starter.source, "schema": starter.schema_source}
        files["input"] = json.dumps(starter.metadata["sample_input"] | more)
        for name, text in files.items():
            (tmp_path / f"{name}.json").write_text(text)
        paths = {name: str(tmp_path / f"{name}.json") for name in files}
        with pytest.raises(SystemExit) as ended:
            call_command(
                "run_flow",
                paths["definition"],
                "--schema",
                paths["schema"],
                "--input",
                paths["input"],
                "--json",
            )
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()], ended.value.code

    return start


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_good_dataset_reaches_the_archive_and_the_index(run, site):
    log, code = run("stage-validate-index")
    assert (code, log[-1]["code"]) == (0, "FlowSucceeded")
    original = site / "instrument" / "datasets" / "alloy-scan"
    assert files_below(site / "archive" / "datasets" / "alloy-scan") == files_below(original)
    assert list((site / "staging").iterdir()) == []
    assert Entry.objects.get().content["title"] == "Alloy scan at three temperatures"
    assert SentMail.objects.get().subject == "alloy-scan is in the archive"


def test_a_damaged_dataset_goes_nowhere_and_leaves_nothing(run, site):
    place = {"id": str(provided.fixed_id("collection", "instrument")), "path": "/datasets/torn-scan/"}
    log, code = run("stage-validate-index", dataset=place)
    assert (code, log[-1]["code"]) == (1, "FlowFailed")
    assert log[-1]["details"]["exception"] == "DatasetRejected"
    assert "readings-650K.csv differs" in log[-1]["details"]["cause"]
    assert list((site / "staging").iterdir()) == list((site / "archive").iterdir()) == []
    assert not Entry.objects.exists()
    assert SentMail.objects.get().subject == "torn-scan is not in the archive"


def test_an_archive_that_cannot_be_reached_leaves_no_trace(run, site):
    nowhere = {"id": str(provided.fixed_id("collection", "nowhere")), "path": "/"}
    log, code = run("stage-validate-index", archive=nowhere)
    assert (code, log[-1]["details"]["exception"]) == (1, "DatasetNotPublished")
    assert "There is no collection" in log[-1]["details"]["cause"]
    assert list((site / "staging").iterdir()) == []
    assert not Entry.objects.exists()


def test_thumbnails_are_made_of_all_pictures(run, site):
    _, code = run("thumbnails", size=64)
    made = sorted((site / "archive" / "thumbnails").iterdir())
    assert (code, len(made)) == (0, 6)
    assert all(max(Image.open(path).size) == 64 for path in made)


def test_only_what_fits_is_transferred(run, site):
    _, code = run("filtered-transfer")
    copied = files_below(site / "archive" / "filtered")
    assert (code, copied) == (
        0,
        ["raw/calibration.json", *(f"sample-{number:02}.json" for number in range(1, 5))],
    )


def test_two_stages_end_at_the_destination_alone(run, site):
    _, code = run("two-stage-transfer")
    assert code == 0
    assert files_below(site / "archive" / "two-stage") == files_below(site / "instrument" / "mixed")
    assert list((site / "staging").iterdir()) == []


def test_moved_files_are_there_and_no_longer_here(run, site):
    _, code = run("move-files")
    assert (code, len(files_below(site / "archive" / "moved"))) == (0, 3)
    assert files_below(site / "instrument" / "outbox") == []
    assert run("move-files")[1] == 0
