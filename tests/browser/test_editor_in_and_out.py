"""What leads into the editor and out of it, the schema's side, and the keys, in a real browser."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from ide.links import shared_in
from tests.browser.chromium import Chromium, leave
from tests.browser.conftest import keep, sign_in
from tests.live import LiveSite

FLOW = {
    "StartAt": "Plan",
    "States": {
        "Plan": {
            "Type": "Pass",
            "Parameters": {"from.$": "$.source.path", "who.$": "$.name"},
            "ResultPath": "$.plan",
            "End": True,
        }
    },
}
SCHEMA = {
    "type": "object",
    "required": ["source", "name"],
    "additionalProperties": False,
    "properties": {
        "source": {"type": "object", "required": ["path"], "properties": {"path": {"type": "string"}}},
        "name": {"type": "string", "title": "Your name", "minLength": 2},
    },
}
SERIOUS = ("serious", "critical")
DROP = """(files) => {
  const data = new DataTransfer();
  for (const [name, text] of files) data.items.add(new File([text], name));
  const target = document.querySelector(".cm-content");
  for (const kind of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""


def packed(value: Any) -> str:
    return quote(base64.b64encode(gzip.compress(json.dumps(value).encode())).decode(), safe="")


@pytest.fixture
def editor(page: Page) -> Page:
    page.goto("/ide/")
    page.locator(".cm-content").first.wait_for()
    return page


@pytest.fixture
def visitor(site: LiveSite, browser: Chromium) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 860}, base_url=site.url)
    yield context.new_page()
    leave(context)


def bring(page: Page, text: str) -> None:
    page.get_by_role("button", name="Open…").click()
    page.get_by_label("Or a text").fill(text)
    page.get_by_role("button", name="Open the text").click()


def show(page: Page, tab: str) -> None:
    page.get_by_role("tab", name=tab, exact=False).click()


def text_of(page: Page, name: str = "definition") -> str:
    """Return the text, which must be short enough to be in the page as a whole."""
    show(page, "Definition" if name == "definition" else "Input schema")
    lines = page.locator(f"[data-editor={name}] .cm-line").all_inner_texts()
    return "\n".join(line.strip("\n") for line in lines)


def drop(page: Page, *files: tuple[str, str]) -> None:
    page.evaluate(DROP, list(files))


# --- in and out


def test_a_share_link_opens_and_leaves_as_the_same_flow(editor: Page) -> None:
    bring(editor, f"https://globus.github.io/flows-ide?d={packed(FLOW)}&s={packed(SCHEMA)}&format=gzip")
    expect(editor.locator("#state-0")).to_contain_text("Plan")
    assert json.loads(text_of(editor)) == FLOW
    assert json.loads(text_of(editor, "input_schema")) == SCHEMA
    editor.get_by_role("button", name="Share").click()
    link = editor.get_by_role("link", name="Open in Flows IDE").get_attribute("href") or ""
    assert link.startswith("https://globus.github.io/flows-ide?")
    found = shared_in(link)
    assert (json.loads(found.definition), json.loads(found.input_schema)) == (FLOW, SCHEMA)
    # Over http, browsers have no clipboard.
    editor.evaluate("() => Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    editor.get_by_role("dialog").get_by_role("button", name="Copy").first.click()
    expect(editor.locator(".toast").last).to_contain_text("Mark the text and copy it yourself")


def test_files_dropped_on_the_editor_take_the_texts_places_and_undo_brings_them_back(editor: Page) -> None:
    before = text_of(editor)
    odd = json.dumps(FLOW).replace('"States"', '\n  "States"')
    drop(editor, ("flow.json", odd), ("schema.yaml", "type: object\nproperties: {name: {type: string}}"))
    expect(editor.locator("#state-0")).to_contain_text("Plan")
    assert text_of(editor) == odd
    assert json.loads(text_of(editor, "input_schema"))["properties"] == {"name": {"type": "string"}}
    show(editor, "Definition")
    editor.locator("[data-editor=definition] .cm-content").click()
    editor.keyboard.press("Control+z")
    assert text_of(editor) == before


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([("a.json", "hello")], "a.json: This is neither JSON nor YAML"),
        ([("a.yaml", "a: !Ref b")], "a.yaml: The tag"),
        (
            [("a.json", '{"States": {}}'), ("b.json", '{"States": {}}')],
            "Two of these files hold a definition",
        ),
        ([("big.json", "x" * 1_048_577)], "big.json has 1,048,577 bytes"),
    ],
)
def test_a_file_that_is_no_flow_changes_nothing_and_says_why(editor: Page, files: Any, words: str) -> None:
    before = text_of(editor)
    drop(editor, *files)
    expect(editor.locator(".toast, [role=alert]").filter(has_text=words)).to_be_visible()
    assert text_of(editor) == before


def test_a_link_that_is_cut_off_is_refused_in_the_dialog(editor: Page) -> None:
    bring(editor, "https://globus.github.io/flows-ide?d=H4sI&format=gzip")
    expect(editor.locator("[data-import-error]")).to_contain_text("cut off")
    editor.keyboard.press("Escape")


def test_what_is_downloaded_opens_again_as_it_was_written(editor: Page) -> None:
    odd = '{ "StartAt":"A",\n      "States": {"A": {"Type":"Pass",   "End":true}}}'
    bring(editor, odd)
    expect(editor.locator("#state-0")).to_contain_text("A")
    editor.get_by_role("button", name="Export…").click()
    with editor.expect_download() as download:
        editor.get_by_role("button", name="Both in one").click()
    both = download.value.path().read_text()
    assert json.loads(both)["definition"] == json.loads(odd)
    expect(editor.locator("[data-code]")).to_contain_text("create_flow(")
    editor.locator("[data-code-choice]").select_option("cli")
    expect(editor.locator("[data-code]")).to_contain_text("globus flows create")
    editor.get_by_role("button", name="Done").click()
    bring(editor, "{}")
    bring(editor, both)
    assert text_of(editor) == odd


# --- the schema's side


def test_the_form_follows_the_schema_and_shows_what_is_typed_as_json(editor: Page) -> None:
    show(editor, "Form preview")
    bring(editor, json.dumps(SCHEMA))
    name = editor.locator("[data-preview]").get_by_label("Your name")
    expect(name).to_be_visible()
    name.fill("x")
    name.blur()
    expect(editor.locator("[data-preview-input]")).to_contain_text('"name": "x"')
    expect(editor.locator("[data-preview] .field__error").filter(has_text="2")).to_be_visible()
    name.fill("Ada")
    editor.locator("[data-preview]").get_by_label("Path", exact=False).fill("/in")
    editor.locator("[data-preview-input]").click()
    expect(editor.locator("[data-preview-told]")).to_have_text("A run would take this input.")
    bring(editor, json.dumps({**SCHEMA, "properties": {"name": {"type": "string", "title": "Who"}}}))
    expect(editor.locator("[data-preview]").get_by_label("Who")).to_have_value("Ada")
    bring(editor, '{"type": "object", "properties": {')
    expect(editor.locator("[data-preview-fault]")).to_contain_text("not sound JSON")
    keep(editor, "editor-preview")


def test_a_property_that_the_schema_loses_is_missed_where_it_is_read(editor: Page) -> None:
    bring(editor, json.dumps({"definition": FLOW, "input_schema": SCHEMA}))
    expect(editor.locator("[data-problem-counts]")).to_have_text("No problems")
    bring(
        editor,
        json.dumps(
            {**SCHEMA, "required": ["source"], "properties": {"source": SCHEMA["properties"]["source"]}}
        ),
    )
    expect(editor.locator("[data-count=definition]")).to_have_text("1")
    editor.locator("[data-drawer-toggle]").click()
    expect(editor.locator(".problem").first).to_contain_text("$.name")


def test_a_schema_made_from_the_definition_yields_a_form_with_its_fields(editor: Page) -> None:
    bring(editor, json.dumps(FLOW))
    show(editor, "Form preview")
    editor.get_by_role("button", name="Generate from definition…").click()
    expect(editor.locator("[data-generate-list] li")).to_have_count(3)
    expect(editor.locator("[data-generate-list]")).to_contain_text("source.path any value, required")
    keep(editor, "editor-generate")
    editor.get_by_role("button", name="Add to the schema").click()
    expect(editor.locator("[data-preview]").get_by_role("textbox", name="Name")).to_be_visible()
    expect(editor.locator("[data-preview]").get_by_role("textbox", name="Path")).to_be_visible()
    expect(editor.locator("[data-problem-counts]")).to_have_text("No problems")
    assert list(json.loads(text_of(editor, "input_schema"))["properties"]) == ["source", "name"]


# --- keys


def test_the_palette_finds_pages_actions_and_flows_by_name(editor: Page) -> None:
    editor.locator(".cm-content").first.click()
    editor.keyboard.press("Control+k")
    palette = editor.get_by_role("dialog", name="Find anything")
    editor.keyboard.type("export")
    expect(palette.get_by_role("option", selected=True)).to_contain_text("Export")
    editor.keyboard.press("Enter")
    expect(editor.get_by_role("dialog", name="Take the flow out")).to_be_visible()
    editor.keyboard.press("Escape")
    editor.keyboard.press("Control+k")
    editor.keyboard.type("validate and index")
    expect(palette.get_by_role("option").filter(has_text="Start Stage")).to_be_visible()
    editor.keyboard.press("ArrowDown")
    expect(palette.get_by_role("option", selected=True)).to_contain_text("Start")
    editor.keyboard.press("Enter")
    editor.wait_for_url("**/start*")
    editor.keyboard.press("Control+k")
    editor.keyboard.type("runs")
    editor.keyboard.press("Enter")
    editor.wait_for_url("**/runs/")


def test_single_keys_type_in_fields_and_can_be_turned_off(editor: Page) -> None:
    title = editor.locator("[data-title]")
    title.fill("")
    title.type("?/g")
    expect(title).to_have_value("?/g")
    editor.get_by_role("button", name="Validate").focus()
    editor.keyboard.press("?")
    help = editor.get_by_role("dialog", name="Keyboard shortcuts")
    expect(help.get_by_role("heading")).to_be_in_viewport()
    for words in ("Publish…", "Next problem", "Find anything", "Rename the state everywhere"):
        expect(help).to_contain_text(words)
    editor.keyboard.press("Escape")
    editor.keyboard.press("Control+k")
    editor.keyboard.type("single-key")
    editor.keyboard.press("Enter")
    editor.get_by_role("button", name="Validate").focus()
    editor.keyboard.press("?")
    expect(help).to_have_count(0)


# --- for everybody


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.soak)])
def test_axe_finds_nothing_serious_on_any_state_of_the_page(editor: Page, scheme: Any) -> None:
    editor.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    bring(editor, json.dumps({"definition": FLOW, "input_schema": SCHEMA}, indent=1))
    expect(editor.locator("#state-0")).to_contain_text("Plan")
    faults: dict[str, list[str]] = {}
    for tab in ("Diagram", "Properties", "Form preview", "Docs", "Test", "Input schema", "Definition"):
        show(editor, tab)
        editor.wait_for_timeout(400)
        faults[tab] = serious(editor)
    for button in ("Open…", "Export…", "Share", "Publish…"):
        editor.get_by_role("button", name=button).click()
        expect(editor.locator("dialog[open]")).to_be_visible()
        faults[button] = serious(editor)
        editor.keyboard.press("Escape")
    show(editor, "Form preview")
    editor.keyboard.press("Control+k")
    faults["palette"] = serious(editor)
    editor.keyboard.press("Escape")
    bring(editor, '{"StartAt": "A", "States": {')
    editor.locator("[data-drawer-toggle]").click()
    expect(editor.locator(".problem").first).to_be_visible()
    faults["broken"] = serious(editor)
    assert {state: found for state, found in faults.items() if found} == {}


@pytest.mark.parametrize("tab", ["Diagram", "Properties", "Form preview", "Docs"])
def test_the_page_fits_a_width_of_320_pixels(editor: Page, tab: str) -> None:
    editor.set_viewport_size({"width": 320, "height": 640})
    bring(editor, json.dumps({"definition": FLOW, "input_schema": SCHEMA}, indent=1))
    show(editor, tab)
    editor.wait_for_timeout(300)
    keep(editor, f"editor-320-{tab}")
    assert editor.evaluate("() => document.documentElement.scrollWidth") <= 320


def test_nothing_moves_for_who_wants_no_motion(editor: Page) -> None:
    editor.emulate_media(reduced_motion="reduce")
    slow = """() => [...document.querySelectorAll("*")].filter((one) => {
      const style = getComputedStyle(one);
      const seconds = (style.transitionDuration + "," + style.animationDuration).split(",").map(parseFloat);
      return Math.max(...seconds) > 0.02;
    }).map((one) => one.className)"""
    assert editor.evaluate(slow) == []


def test_a_visitor_writes_opens_and_exports_without_an_account(visitor: Page) -> None:
    visitor.goto("/ide/")
    visitor.locator(".cm-content").first.wait_for()
    bring(visitor, json.dumps(FLOW))
    expect(visitor.locator("#state-0")).to_contain_text("Plan")
    visitor.get_by_role("button", name="Export…").click()
    expect(visitor.locator("[data-code]")).to_contain_text("create_flow(")


def test_a_text_too_long_for_an_address_is_taken_along_through_signing_in(
    visitor: Page, links: list[str]
) -> None:
    visitor.goto("/ide/")
    visitor.locator(".cm-content").first.wait_for()
    words = "".join(f"{at * 7919:x}" for at in range(4_000))
    bring(visitor, json.dumps({**FLOW, "Comment": words}))
    expect(visitor.locator("#state-0")).to_contain_text("Plan")
    visitor.once("dialog", lambda leaving: leaving.accept())
    visitor.get_by_role("link", name="Sign in to publish").click()
    visitor.wait_for_url("**/sign-in/?next=*kept")
    sign_in(visitor, links.pop())
    visitor.goto("/ide/?kept")
    visitor.get_by_role("button", name="Use that text").click()
    expect(visitor.locator("#state-0")).to_contain_text("Plan")
    expect(visitor.locator("[data-saved]")).to_contain_text("Draft saved")


def test_the_preview_has_the_pickers_of_the_start_page(editor: Page) -> None:
    folder = {"type": "object", "format": "globus-collection"}
    folder |= {"properties": {"id": {"type": "string", "format": "uuid"}, "path": {"type": "string"}}}
    bring(editor, json.dumps({"type": "object", "properties": {"to": folder}, "required": ["to"]}))
    show(editor, "Form preview")
    preview = editor.locator("[data-preview]")
    preview.get_by_role("combobox").fill("Demo")
    preview.get_by_role("option").first.click()
    expect(preview.locator("[data-preview-input]")).to_contain_text('"id"')
    expect(preview.get_by_role("button", name="Browse")).to_be_visible()


LOOK = """() => {
  const at = document.activeElement;
  return at.matches("a, button, [contenteditable]") && at.innerText;
}"""


def tab_to(page: Page, words: str) -> None:
    """Press Tab until a control with these words has the focus, as somebody without a mouse would."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if words in (page.evaluate(LOOK) or ""):
            return
    raise AssertionError(f"Tab does not lead to {words!r}.")


def test_a_flow_is_made_run_looked_at_and_retried_without_a_mouse(page: Page) -> None:
    keys = page.keyboard
    keys.press("Control+k")
    keys.type("scratch")
    keys.press("Enter")
    page.locator(".cm-content").first.wait_for()
    tab_to(page, "What this flow is for")
    keys.press("Control+a")
    fails = {"Type": "Fail", "Error": "Odd", "Cause": "It was odd."}
    keys.insert_text(json.dumps({"StartAt": "Stop", "States": {"Stop": fails}}))
    expect(page.locator("[data-problem-counts]")).not_to_contain_text("error")
    keys.press("Control+Enter")
    page.get_by_role("dialog").wait_for()
    keys.type("Made with keys")
    keys.press("Enter")
    expect(page.locator("[data-published]")).to_be_visible()
    tab_to(page, "Start a run")
    keys.press("Enter")
    page.locator("[data-start][data-ready]").wait_for()
    keys.press("Control+Enter")
    page.wait_for_url("**/runs/*/")
    expect(page.locator("main")).to_contain_text("It was odd.")
    tab_to(page, "Retry")
    keys.press("Enter")
    expect(page).to_have_url(re.compile("/retry"))
