"""Two flows written for Globus run here unchanged, on real folders, through the SDK."""

from __future__ import annotations

import json
from pathlib import Path

import globus_sdk
import pytest

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "flows"
FILTERED = CORPUS / "apecx-demos--flows-compute-transfer-with-filters"
VALIDATE = CORPUS / "apecx-demos--flows-compute-validate-in-place"
INDEX_ID = "15e0a3f0-9642-482b-8e8c-af2035a85665"  # the index that the second flow names

pytestmark = pytest.mark.skipif(
    not FILTERED.exists(), reason="the corpus of real flows is not beside the project"
)

FUNCTION = '''
"""The validation function that the operator of the compute endpoint registered."""

import json
import os


def validate(gcs_root, path):
    manifest = os.path.join(gcs_root, path, "manifest.json")
    if not os.path.exists(manifest):
        return {"status": "fail", "message": "There is no manifest.json.", "data": None}
    with open(manifest) as file:
        return {"status": "success", "message": "ok", "data": {"manifest": json.load(file)}}
'''


def create(person, folder: Path) -> str:
    definition = json.loads((folder / "definition.json").read_text())
    schema = json.loads((folder / "input_schema.json").read_text())
    person.flows.validate_flow(definition=definition, input_schema=schema)
    return person.flows.create_flow(title=folder.name, definition=definition, input_schema=schema)["id"]


@pytest.fixture(scope="module")
def filtered(alice):
    return create(alice, FILTERED)


@pytest.fixture(scope="module")
def validating(site, alice):
    site.manage("add_index", "Demo", "--id", INDEX_ID, "--owner", alice.name)
    return create(alice, VALIDATE)


@pytest.fixture(scope="module")
def function(site, alice, tmp_path_factory):
    file = tmp_path_factory.mktemp("function") / "validation.py"
    file.write_text(FUNCTION)
    return site.manage("register_function", f"{file}:validate", "--owner", alice.name)


def fill(folder: Path, *, with_manifest: bool) -> None:
    dataset = folder / "dataset"
    dataset.mkdir(mode=0o755)
    (dataset / "image.tif").write_bytes(b"II*\0")
    (dataset / "notes.txt").write_text("notes")
    (dataset / "numbers.json").write_text("[1, 2, 3]")
    if with_manifest:
        (dataset / "manifest.json").write_text(json.dumps({"sample": "S-113", "temperature": 77}))


def start_validation(alice, flow_id, function, endpoint, source, intermediate):
    body = {
        "source": {"id": source, "path": "/dataset/"},
        "intermediate": {"id": intermediate[0]},
        "compute": {"gcs_root": str(intermediate[1]), "endpoint_id": endpoint},
        "validation_function_uuid": function,
        "validation_args": [],
        "validation_kwargs": {},
    }
    return alice.flow(flow_id).run_flow(body, label="validate")["run_id"]


def test_only_json_files_arrive(alice, filtered, collection):
    (source, from_folder), (dest, to_folder) = collection("source"), collection("dest")
    fill(from_folder, with_manifest=True)
    body = {"source": {"id": source, "path": "/dataset/"}, "dest": {"id": dest, "path": "/copy/"}}
    run = alice.follow(alice.flow(filtered).run_flow(body)["run_id"])
    assert run["status"] == "SUCCEEDED", run
    assert sorted(path.name for path in to_folder.rglob("*") if path.is_file()) == [
        "manifest.json",
        "numbers.json",
    ]
    assert run["details"]["output"]["details"]["files_transferred"] == 2


def test_a_destination_that_exists_ends_in_the_flows_own_failure(alice, filtered, collection):
    (source, from_folder), (dest, to_folder) = collection("source"), collection("dest")
    fill(from_folder, with_manifest=True)
    (to_folder / "copy").mkdir()
    body = {"source": {"id": source, "path": "/dataset/"}, "dest": {"id": dest, "path": "/copy/"}}
    run = alice.follow(alice.flow(filtered).run_flow(body)["run_id"])
    assert run["status"] == "FAILED"
    assert run["details"]["details"]["exception"] == "ErrorValidationFailed"


def test_the_manifest_reaches_the_index(site, alice, validating, function, local_endpoint, collection):
    (source, from_folder), intermediate = collection("source"), collection("intermediate")
    fill(from_folder, with_manifest=True)
    run_id = start_validation(alice, validating, function, local_endpoint, source, intermediate)
    run = alice.follow(run_id)
    assert run["status"] == "SUCCEEDED", run
    assert run["details"]["output"]["data"]["manifest"] == {"sample": "S-113", "temperature": 77}
    question = (
        "from providers.search.models import Entry; "
        f"print(Entry.objects.get(index_id='{INDEX_ID}', subject='{validating}').content['sample'])"
    )
    assert site.manage("shell", "--no-imports", "-c", question) == "S-113"
    assert alice.codes(run_id)[-1] == "FlowSucceeded"


def test_a_missing_manifest_ends_in_the_flows_own_failure(
    alice, validating, function, local_endpoint, collection
):
    (source, from_folder), intermediate = collection("source"), collection("intermediate")
    fill(from_folder, with_manifest=False)
    run = alice.follow(start_validation(alice, validating, function, local_endpoint, source, intermediate))
    assert run["status"] == "FAILED"
    assert run["details"]["details"]["exception"] == "ErrorValidationFailed"
    assert run["details"]["details"]["state_name"] == "FailReportValidation"


def test_another_user_does_not_see_the_flow_or_its_runs(alice, bob, filtered):
    for forbidden in (bob.flows.get_flow, bob.flows.delete_flow):
        with pytest.raises(globus_sdk.FlowsAPIError) as error:
            forbidden(filtered)
        assert (error.value.http_status, error.value.code) == (404, "NOT_FOUND")
    with pytest.raises(globus_sdk.FlowsAPIError) as error:
        bob.flow(filtered).run_flow({})
    assert error.value.http_status == 404
    assert filtered not in [flow["id"] for flow in bob.flows.list_flows()]
    assert filtered in [flow["id"] for flow in alice.flows.list_flows()]
