"""Checks for datasets that bring a manifest.json along."""

import csv
import hashlib
import json
import pathlib


def check_dataset(folder):
    """Say whether the dataset in `folder` is what its manifest.json says, and describe it for an index.

    Returns {"is_good": bool, "problems": [sentence, ...], "record": {...}}.
    """
    folder = pathlib.Path(folder)
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return _bad("There is no manifest.json.")
    except (ValueError, UnicodeDecodeError) as error:
        return _bad(f"manifest.json cannot be read: {error}.")
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), list):
        return _bad("manifest.json has no list of files.")
    problems = [f'The manifest does not say "{name}".' for name in ("title", "creator") if not manifest.get(name)]
    for entry in manifest["files"]:
        problems += _file_problems(folder, entry)
    return {"is_good": not problems, "problems": problems, "record": _record(folder, manifest)}


def _bad(problem):
    return {"is_good": False, "problems": [problem], "record": {}}


def _file_problems(folder, entry):
    if not isinstance(entry, dict) or not isinstance(entry.get("path"), str):
        return ["An entry of the manifest names no path."]
    path = folder / entry["path"]
    if not path.resolve().is_relative_to(folder.resolve()):
        return [f'{entry["path"]} leads out of the dataset.']
    if not path.is_file():
        return [f'{entry["path"]} is missing.']
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != entry.get("sha256"):
        return [f'{entry["path"]} differs from the manifest\'s checksum.']
    return []


def _record(folder, manifest):
    files = [path for path in folder.rglob("*") if path.is_file()]
    described = {name: value for name, value in manifest.items() if name != "files"}
    measured = {"files": len(files), "bytes": sum(path.stat().st_size for path in files)}
    return described | measured | {"columns": _columns(files)}


def _columns(files):
    """The column names of all tables, so that a dataset is found by what it measured."""
    found = []
    for path in files:
        if path.suffix == ".csv":
            with path.open(newline="", encoding="utf-8", errors="replace") as table:
                found += [name for name in next(csv.reader(table), []) if name not in found]
    return found
