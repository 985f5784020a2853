"""Every public schema gives a form that is filled in with the keyboard alone: wrong first, then right."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from flowlang import events, forms
from flowlang.forms import Field
from tests.browser.chromium import Chromium, leave
from tests.browser.conftest import sign_in
from tests.browser.typist import Typist
from tests.flowlang.forms_browser import posted
from tests.flowlang.schema_samples import sample
from tests.live import LiveSite

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
PASS = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}
FILES = sorted([*CORPUS.glob("schemas/*/input_schema.json"), *CORPUS.glob("flows/*/input_schema.json")])
WRONG_TEXTS = ("", "not right", "x")
PICKED = ("date", "time", "datetime-local")  # into these controls nothing wrong can be typed


def different(files: list[Path]) -> list[Any]:
    """Return the files, each schema once, named for where it comes from.

    Of the flows of one author the first is tried always, the others in soaks.
    """
    found = {json.dumps(json.loads(file.read_text()), sort_keys=True): file for file in reversed(files)}
    seen: set[str] = set()
    chosen = []
    for file in sorted(found.values()):
        author = file.parent.name.partition("--")[0]
        is_another = author in seen and not author.startswith("form-")
        seen.add(author)
        chosen.append(pytest.param(file, id=file.parent.name, marks=[pytest.mark.soak] if is_another else []))
    return chosen


class Api:
    """The flows API of the site, as the administrator."""

    def __init__(self, site: LiveSite) -> None:
        self.url, self.token = f"{site.url}/api", site.manage("create_token", "admin")

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def input_of(self, run_id: str) -> Any:
        """Return what arrived, as the run's first event tells it."""
        entries = self.ask("GET", f"runs/{run_id}/log?limit=1")["entries"]
        assert entries[0]["code"] == "FlowStarted"
        return entries[0]["details"]["input"]


class Desk:
    """One browser page and one flow whose schema changes."""

    def __init__(self, page: Page, api: Api) -> None:
        self.page, self.api = page, api
        flow = {"title": "Any schema", "definition": PASS, "input_schema": {}}
        self.flow_id = api.ask("POST", "flows", flow)["id"]

    def open(self, schema: Any) -> None:
        self.api.ask("PUT", f"flows/{self.flow_id}", {"input_schema": schema})
        self.page.goto(f"/flows/{self.flow_id}/start")
        self.page.wait_for_selector("form[data-ready]")


@pytest.fixture(scope="module")
def desk(site: LiveSite, browser: Chromium) -> Iterator[Desk]:
    context = browser.new_context(viewport={"width": 1280, "height": 860}, base_url=site.url, locale="en-US")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    sign_in(page, site.manage("sign_in_link", "admin"))
    # The page of the run that was started is not looked at here.
    page.route(re.compile(r"/runs/[0-9a-f-]{36}/$"), _nothing)
    yield Desk(page, Api(site))
    leave(context)
    assert errors == []


def _nothing(route: Route) -> None:
    route.fulfill(body="<title>The run</title>", content_type="text/html")


def schema_of(file: Path) -> Any:
    """Return the schema; one that asks for no object, which a run's input is, becomes one of its members."""
    schema = json.loads(file.read_text())
    return schema if forms.is_object(schema) else {"type": "object", "properties": {"value": schema}}


def document_for(file: Path, schema: Any) -> Any:
    """Return the author's sample, where it is valid, else a value made from the schema."""
    beside = file.parent / "sample_input.json"
    candidates = [json.loads(beside.read_text())] if beside.exists() else []
    candidates += [sample(schema, full=True), sample(schema, full=False)]
    return next(value for value in candidates if not forms.validate(schema, value))


def mistake(schema: Any, document: Any) -> tuple[Field, str] | None:
    """Return a field of the filled-in form, and a text for it that the schema refuses at that very field."""
    root = forms.draw(schema, document)
    pairs = posted(root)
    for field in forms.walk((root,)):
        if field.kind not in ("text", "textarea", "number") or field.picker or "," in field.text:
            continue
        for text in WRONG_TEXTS if field.input_type not in PICKED else WRONG_TEXTS[:1]:
            changed = [(name, text if name == field.name else old) for name, old in pairs]
            draft = forms.read_draft(schema, changed)
            if any(entry["loc"] == [field.loc] for entry in forms.explain(schema, draft)):
                return field, text
    return None


@pytest.mark.skipif(not FILES, reason="the corpus of public schemas is not beside the project")
@pytest.mark.parametrize("file", different(FILES))
def test_a_public_schema_is_filled_in_by_keyboard(desk: Desk, file: Path):
    schema = schema_of(file)
    document = document_for(file, schema)
    desk.open(schema)
    typist = Typist(desk.page, schema, document)
    wrong = mistake(schema, document)
    if wrong:
        typist.wanted[wrong[0].name] = [wrong[1]]
    typist.fill()
    desk.page.keyboard.press("ControlOrMeta+Enter")
    if wrong:
        _is_refused_at(desk.page, wrong[0], wrong[1])
        typist.wanted[wrong[0].name] = [wrong[0].text]
        typist.act(typist.look())
        desk.page.keyboard.press("ControlOrMeta+Enter")
    desk.page.wait_for_url(re.compile(r"/runs/"), timeout=20_000)
    run_id = desk.page.url.rstrip("/").rpartition("/")[2]
    assert desk.api.input_of(run_id) == events.visible(document)


def _is_refused_at(page: Page, field: Field, text: str) -> None:
    """The problem is told in the list at the top, at the field, and the field has the focus."""
    page.wait_for_selector("form[data-ready] [data-problems]", timeout=20_000)
    message = page.locator(f"[id='{field.id}-error']").inner_text()
    assert message
    assert message in page.locator("[data-problems]").inner_text()
    ids = [f"{field.id}-input", f"{field.id}-input-search"]
    page.wait_for_function("ids => ids.includes(document.activeElement.id)", arg=ids, timeout=20_000)
