"""What a bundle says of itself to programs that know nothing of us: an RO-Crate of a workflow run.

Source  Research Object Crate 1.1, and the profile Workflow Run Crate 0.5
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from runs.models import Run
from wire.timestamps import stamp

_CONTEXT: Final = [
    "https://w3id.org/ro/crate/1.1/context",
    {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"},
]
_PROFILES: Final = (
    "https://w3id.org/ro/wfrun/process/0.5",
    "https://w3id.org/ro/wfrun/workflow/0.5",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0",
)
_WORDS: Final = {
    "run.json": ("The run: its flow, status, times and person", "application/json"),
    "definition.json": ("The definition of the flow, as it ran", "application/json"),
    "input-schema.json": ("The schema of the flow's input", "application/schema+json"),
    "input.json": ("The input, without secrets", "application/json"),
    "output.json": ("The output: the run's data at its end", "application/json"),
    "events.jsonl": ("The log: an entry a line, in order", "application/jsonl"),
}
_LICENSE: Final = "Not stated: ask whoever owns the data of this run."


def crate(run: Run, files: dict[str, bytes]) -> Any:
    """Return the metadata document about a bundle with these files."""
    root, action = _root(run, files), _action(run, files)
    described = [_file(name, content) for name, content in files.items()]
    workflow = next(each for each in described if each["@id"] == "definition.json")
    workflow |= {
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
        "name": run.flow.title,
        "version": str(run.version.number),
        "programmingLanguage": _at("#language"),
    }
    return {"@context": _CONTEXT, "@graph": [_descriptor(), root, action, *described, *_surroundings(run)]}


def _at(id: str) -> dict[str, str]:
    return {"@id": id}


def _descriptor() -> dict[str, Any]:
    return {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "conformsTo": [_at("https://w3id.org/ro/crate/1.1"), _at(_PROFILES[2])],
        "about": _at("./"),
    }


def _root(run: Run, files: dict[str, bytes]) -> dict[str, Any]:
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Run of {run.flow.title}",
        "description": f"What a run of the flow “{run.flow.title}” was given, did and came to.",
        "datePublished": stamp(run.completed_at),
        "license": _LICENSE,
        "conformsTo": [_at(profile) for profile in _PROFILES],
        "hasPart": [_at(name) for name in files],
        "mainEntity": _at("definition.json"),
        "mentions": _at(f"#{run.pk}"),
    }


def _action(run: Run, files: dict[str, bytes]) -> dict[str, Any]:
    status = "Completed" if run.status == Run.SUCCEEDED else "Failed"
    results = [_at(name) for name in ("output.json", "events.jsonl") if name in files]
    return {
        "@id": f"#{run.pk}",
        "@type": "CreateAction",
        "name": f"Run {run.pk}",
        "actionStatus": _at(f"http://schema.org/{status}ActionStatus"),
        "instrument": _at("definition.json"),
        "agent": _at("#person"),
        "startTime": stamp(run.started_at),
        "endTime": stamp(run.completed_at),
        "object": [_at("input.json")],
        "result": results,
    }


def _file(name: str, content: bytes) -> dict[str, Any]:
    words, mimetype = _WORDS[name]
    return {
        "@id": name,
        "@type": "File",
        "name": words,
        "encodingFormat": mimetype,
        "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _surroundings(run: Run) -> list[dict[str, Any]]:
    language = {"@id": "#language", "@type": "ComputerLanguage", "name": "Globus Flows definition"}
    profiles = [{"@id": profile, "@type": "CreativeWork"} for profile in _PROFILES]
    return [{"@id": "#person", "@type": "Person", "name": run.owner.get_username()}, language, *profiles]
