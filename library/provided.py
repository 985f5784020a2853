"""What the site brings along: starter flows, and what they need to run at once.

Everything has a fixed id, so that loading twice changes nothing. A flow that was published anew here or
deleted stays so, and files stay as they are; titles of other starters and functions follow the edition.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from flowlang.problems import JSON
from library import demo
from library.models import Flow, FlowRole, FlowVersion
from library.publish import change, create_flow, current_version, publish
from providers.compute.models import Endpoint, Function
from providers.search.access import create_index
from providers.search.models import SearchIndex
from providers.transfer.adding import share_with_everybody
from providers.transfer.models import Collection
from wire.models import User
from wire.people import first_administrator
from wire.principals import ALL_AUTHENTICATED

FOLDER: Final = Path(__file__).parent / "starters"
MESSAGE: Final = "Provided with Headrace"
_NAMES: Final = uuid.uuid5(uuid.NAMESPACE_URL, "https://headrace.invalid/provided")
_COLLECTIONS: Final = {
    "instrument": ("Demo instrument", "Sample data as an instrument leaves it."),
    "staging": ("Demo staging", "Where datasets are checked before they are published."),
    "archive": ("Demo archive", "Where good data ends up."),
}
_INDEX: Final = "Demo datasets"
_ENDPOINT: Final = "local"
_READERS: Final = {FlowRole.VIEWER: [], FlowRole.STARTER: [ALL_AUTHENTICATED]}
_METADATA: Final = ("title", "subtitle", "description", "keywords", "sample_input")


def fixed_id(kind: str, name: str) -> uuid.UUID:
    """Return the id of something provided, the same on every site."""
    return uuid.uuid5(_NAMES, f"{kind}:{name}")


@dataclass(frozen=True)
class Starter:
    """A starter as its folder holds it, made fit for this site.

    place      where it stands in the library
    metadata   title, subtitle, description, keywords, sample_input
    """

    slug: str
    place: int
    source: str
    schema_source: str
    metadata: dict[str, Any]


def load() -> list[str]:
    """Bring everything that is provided up to date. Returns what was done, as sentences."""
    owner = first_administrator()
    with transaction.atomic():
        done = _load_collections(owner) + _load_index(owner) + _load_endpoint() + _load_functions(owner)
    return done + [told for starter in starters() for told in _load_flow(starter, owner)]


def starters() -> list[Starter]:
    """Return all starters, the first of the library last: lists show the newest first."""
    found = [_read(path.parent) for path in FOLDER.glob("*/flow.json")]
    return sorted(found, key=lambda starter: -starter.place)


def _read(folder: Path) -> Starter:
    about = json.loads((folder / "flow.json").read_text(encoding="utf-8"))
    names, place = about.pop("defaults"), about.pop("place")
    about["sample_input"] = _filled(about["sample_input"])
    schema = (folder / "input_schema.json").read_text(encoding="utf-8")
    source = (folder / "definition.json").read_text(encoding="utf-8")
    schema = _with_defaults(schema, about["sample_input"], names)
    return Starter(folder.name, place, source, schema, about)


def _filled(sample: JSON) -> Any:
    """Put this site's ids into a sample input: "${collection:archive}", "${endpoint:local}", ..."""
    kinds = {"collection": _COLLECTIONS, "index": ["datasets"], "function": _functions()}
    known = {f"{kind}_{name}": str(fixed_id(kind, name)) for kind, names in kinds.items() for name in names}
    known[f"endpoint_{_ENDPOINT}"] = str(Endpoint.objects.get(name=_ENDPOINT).pk)
    text = json.dumps(sample)
    for kind in (*kinds, "endpoint"):
        text = text.replace(f"${{{kind}:", f"${{{kind}_")
    return json.loads(Template(text).substitute(known))


def _with_defaults(schema_source: str, sample: dict[str, Any], names: list[str]) -> str:
    """Let the form begin with the sample's values where a new user would not know what to choose."""
    schema = json.loads(schema_source)
    for name in names:
        _set_default(schema["properties"][name], sample[name])
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _set_default(schema: dict[str, Any], value: JSON) -> None:
    if not isinstance(value, dict):
        schema["default"] = value
        return
    for name, member in value.items():
        _set_default(schema["properties"][name], member)


def _load_collections(owner: User) -> list[str]:
    done = []
    for name, (title, description) in _COLLECTIONS.items():
        root = settings.HEADRACE_HOME / "collections" / name
        known = {"display_name": title, "description": description, "root": str(root), "owner": owner}
        collection, is_new = Collection.objects.get_or_create(pk=fixed_id("collection", name), defaults=known)
        if is_new:
            share_with_everybody(collection)
            done.append(f'Added the collection "{title}".')
        if collection.root != str(root) and not Path(collection.root).exists():
            Collection.objects.filter(pk=collection.pk).update(root=root)  # the data folder has moved
        if is_new or not root.exists():
            root.mkdir(parents=True, exist_ok=True)
            if name == "instrument":
                demo.fill_instrument(root)
    return done


def _load_index(owner: User) -> list[str]:
    id = fixed_id("index", "datasets")
    if SearchIndex.objects.filter(pk=id).exists():
        return []
    create_index(_INDEX, owner, id=id, is_open=True)
    return [f'Added the search index "{_INDEX}".']


def _load_endpoint() -> list[str]:
    known = {"pk": fixed_id("endpoint", _ENDPOINT)}
    _, is_new = Endpoint.objects.get_or_create(name=_ENDPOINT, defaults=known)
    return [f'Added the compute endpoint "{_ENDPOINT}".'] if is_new else []


def _functions() -> dict[str, Path]:
    """The functions that starters bring along: name -> file. A file's first public function is the one."""
    found = {}
    for path in sorted(FOLDER.glob("*/functions.py")):
        lines = path.read_text(encoding="utf-8").splitlines()
        heads = [line[4:].partition("(")[0] for line in lines if line.startswith("def ")]
        found[next(name for name in heads if not name.startswith("_"))] = path
    return found


def _load_functions(owner: User) -> list[str]:
    done = []
    for name, path in _functions().items():
        source = path.read_text(encoding="utf-8")
        description = source.partition('"""')[2].partition('"""')[0].strip()
        known = {
            "name": name,
            "owner": owner,
            "is_public": True,
            "source": source,
            "description": description,
        }
        function, is_new = Function.objects.get_or_create(pk=fixed_id("function", name), defaults=known)
        if is_new:
            done.append(f'Added the function "{name}".')
        elif function.source != source:
            Function.objects.filter(pk=function.pk).update(source=source, description=description)
            done.append(f'Brought the function "{name}" up to date.')
    return done


def _load_flow(starter: Starter, owner: User) -> list[str]:
    flow = Flow.objects.filter(starter=starter.slug).first()
    if flow is None:
        _add_flow(starter, owner)
        return [f'Added the flow "{starter.metadata["title"]}".']
    version = current_version(flow)
    if flow.deleted_at or version.message != MESSAGE or _is_same(starter, flow, version):
        return []
    with transaction.atomic():
        publish(flow, starter.source, starter.schema_source, owner, MESSAGE)
        change(flow, starter.metadata, {})
    return [f'Brought the flow "{flow.title}" up to date.']


@transaction.atomic  # without its message it would count as edited here, for ever
def _add_flow(starter: Starter, owner: User) -> None:
    about = dict(starter.metadata)
    flow = create_flow(
        owner,
        about.pop("title"),
        starter.source,
        starter.schema_source,
        id=fixed_id("flow", starter.slug),
        starter=starter.slug,
        roles=_READERS,
        **about,
    )
    FlowVersion.objects.filter(flow=flow).update(message=MESSAGE)


def _is_same(starter: Starter, flow: Flow, version: FlowVersion) -> bool:
    texts = (version.source, version.schema_source) == (starter.source, starter.schema_source)
    return texts and all(getattr(flow, name) == starter.metadata[name] for name in _METADATA)
