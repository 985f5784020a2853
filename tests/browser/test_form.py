"""The generated form in a browser: filled in, its pickers, its tables, small screens, no scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import Chromium, leave
from tests.browser.conftest import keep, sign_in
from tests.browser.test_form_corpus import Api, Desk
from tests.browser.test_schedules import well_made
from tests.live import LiveSite

EVERYTHING: dict[str, Any] = {
    "type": "object",
    "required": ["source", "email"],
    "propertyOrder": ["source", "email", "mode"],
    "properties": {
        "source": {
            "type": "object",
            "format": "globus-collection",
            "title": "Data",
            "description": "Where the data is now",
            "required": ["id", "path"],
            "properties": {"id": {"type": "string", "format": "uuid"}, "path": {"type": "string"}},
        },
        "email": {"type": "string", "format": "email", "title": "Notify"},
        "mode": {"enum": ["fast", "safe"], "default": "safe", "title": "Mode"},
        "when": {"type": "string", "format": "date-time", "title": "When"},
        "count": {"type": "integer", "title": "Count", "maximum": 9},
        "tags": {"type": "array", "title": "Tags", "items": {"type": "string"}},
        "checks": {"type": "array", "title": "Checks", "uniqueItems": True, "items": {"enum": ["a", "b"]}},
        "files": {
            "type": "array",
            "title": "Files",
            "items": {
                "type": "object",
                "properties": {"path": {"type": "string", "title": "Path"}, "size": {"type": "integer"}},
            },
        },
        "way": {
            "title": "Way",
            "oneOf": [
                {
                    "title": "By hand",
                    "type": "object",
                    "required": ["who"],
                    "properties": {"who": {"type": "string"}},
                },
                {
                    "title": "By mail",
                    "type": "object",
                    "required": ["box"],
                    "properties": {"box": {"type": "string"}},
                },
            ],
        },
        "person": {"type": "object", "format": "globus-principal", "title": "Person"},
        "note": {"type": "string", "title": "Note", "maxLength": 500},
        "logo": {"type": "string", "format": "data-url", "title": "Logo"},
        "more": {"type": "object", "title": "More", "additionalProperties": {"type": "number"}},
    },
    "if": {"properties": {"mode": {"const": "fast"}}, "required": ["mode"]},
    "then": {"properties": {"limit": {"type": "number", "title": "Speed limit"}}},
}
UUID = "6f1c0a52-5a0e-4a53-9d3b-0f8b2f3f6a11"


@pytest.fixture
def desk(page: Page, site: LiveSite) -> Desk:
    return Desk(page, Api(site))


@pytest.fixture
def bare(site: LiveSite, browser: Chromium) -> Iterator[Page]:
    """A page of a browser that runs no scripts."""
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, site.manage("sign_in_link", "admin"))
    yield page
    leave(context)


def quiet(page: Page) -> None:
    """Wait until no answer of the server is awaited."""
    page.wait_for_function("!document.querySelector('form[aria-busy], .htmx-request, .htmx-swapping')")


def started_input(desk: Desk, page: Page) -> Any:
    page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{36}/"))
    return desk.api.input_of(page.url.rstrip("/").rpartition("/")[2])


# --- while it is filled in


def test_a_field_is_checked_when_it_is_left_and_not_before(desk: Desk, page: Page):
    desk.open(EVERYTHING)
    expect(page.locator(".field__error:not(:empty)")).to_have_count(0)
    page.get_by_label("Count").fill("12")
    expect(page.locator(".field__error:not(:empty)")).to_have_count(0)
    page.keyboard.press("Tab")
    error = page.locator("#f-count-error")
    expect(error).to_have_text("Enter 9 or less.")
    expect(page.get_by_label("Count")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Count").fill("3")
    page.keyboard.press("Tab")
    expect(error).to_have_text("")


def test_a_condition_brings_its_field_and_leaves_what_is_being_typed(desk: Desk, page: Page):
    desk.open(EVERYTHING)
    page.get_by_label("Mode").select_option("fast")
    page.get_by_label("Note").focus()
    page.keyboard.type("still typing")
    expect(page.get_by_label("Speed limit")).to_be_visible()
    expect(page.get_by_label("Note")).to_be_focused()
    expect(page.get_by_label("Note")).to_have_value("still typing")
    page.get_by_label("Speed limit").fill("7")
    page.get_by_label("Mode").select_option("safe")
    expect(page.get_by_label("Speed limit")).to_have_count(0)
    page.get_by_label("Mode").select_option("fast")
    expect(page.get_by_label("Speed limit")).to_have_value("7")


def test_a_row_brings_the_field_that_it_makes_necessary_elsewhere(desk: Desk, page: Page):
    tags = {"type": "array", "title": "Tags", "items": {"type": "string"}}
    needs = {"required": ["tags"], "properties": {"tags": {"minItems": 1}}}
    desk.open(
        {
            "properties": {"tags": tags},
            "if": needs,
            "then": {"properties": {"why": {"type": "string", "title": "Why"}}, "required": ["why"]},
        }
    )
    page.get_by_role("button", name="Add to Tags").click()
    expect(page.locator("[name='/tags/0']")).to_be_focused()
    page.keyboard.type("one")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Why")).to_be_visible()
    page.get_by_role("button", name="Remove").first.click()
    expect(page.get_by_label("Why")).to_have_count(0)


def test_a_branch_that_is_left_keeps_what_was_typed(desk: Desk, page: Page):
    desk.open(EVERYTHING)
    choice = page.get_by_label("Kind of Way")
    choice.select_option(label="By hand")
    page.locator("[name='/way/who']").fill("Ada")
    choice.select_option(label="By mail")
    page.locator("[name='/way/box']").fill("7")
    choice.select_option(label="By hand")
    expect(page.locator("[name='/way/who']")).to_have_value("Ada")


def test_a_value_says_that_it_is_mine_as_soon_as_i_type(desk: Desk, page: Page):
    desk.open({"properties": {"name": {"type": "string", "default": "Ada", "title": "Name"}}})
    origin = page.locator("#f-name [data-origin]")
    expect(origin).to_have_text("default")
    page.locator("#f-name-input").press("x")
    expect(origin).to_have_text("you")


# --- tables


def test_rows_of_a_spreadsheet_are_pasted_into_a_cell(desk: Desk, page: Page):
    desk.open(EVERYTHING)
    page.get_by_role("button", name="Add to Files").click()
    page.get_by_label("Path, row 1").focus()
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text/plain", "/a\\t1\\n/b\\t2\\n/c\\tx");
          document.activeElement.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.get_by_label("Path, row 3")).to_have_value("/c")
    expect(page.get_by_label("size, row 2")).to_have_value("2")
    page.get_by_label("size, row 3").fill("y")
    page.keyboard.press("Tab")
    expect(page.locator("#f-files-2-size-error")).to_have_text(re.compile("whole number"))


def test_enter_in_a_table_goes_down_and_adds_a_row(desk: Desk, page: Page):
    desk.open(EVERYTHING)
    page.get_by_role("button", name="Add to Files").click()
    page.get_by_label("Path, row 1").fill("/a")
    page.get_by_label("Path, row 1").press("Enter")
    expect(page.get_by_label("Path, row 2")).to_be_focused()


def test_a_thousand_rows_stay_usable(desk: Desk, page: Page):
    schema = {"properties": {"n": {"type": "array", "title": "Numbers", "items": {"type": "integer"}}}}
    desk.open(schema)
    page.locator("summary", has_text="Paste rows").click()
    # What is pasted comes at once, and not key by key.
    page.get_by_label("Rows from a spreadsheet").evaluate(
        "(box, text) => { box.value = text; }", "\n".join(map(str, range(1_000)))
    )
    page.get_by_role("button", name="Add these rows").click()
    expect(page.locator(".list__position")).to_have_text("1 to 100 of 1,000")
    page.get_by_role("button", name="Last").click()
    expect(page.locator(".list__position")).to_have_text("901 to 1,000 of 1,000")
    page.locator("[id='f-n-999-input']").fill("7")
    page.keyboard.press("ControlOrMeta+Enter")
    assert started_input(desk, page) == {"n": [*range(999), 7]}


# --- pickers


def test_a_principal_is_found_by_name(desk: Desk, page: Page):
    desk.open({"properties": {"person": EVERYTHING["properties"]["person"]}})
    page.get_by_label("Person").fill("adm")
    page.get_by_role("option", name=re.compile("^admin")).click()
    page.get_by_role("button", name="Start the run").click()
    found = started_input(desk, page)["person"]
    assert (found["type"], found["urn"]) == ("identity", f"urn:globus:auth:identity:{found['id']}")


@pytest.mark.parametrize(
    ("name", "words", "option"),
    [
        ("search_index", "Search indexes", "Demo datasets"),
        ("flow_id", "Search flows", "Thumbnails"),
        ("function_id", "Search functions", ""),
        ("compute_endpoint_id", "Search compute endpoints", "local"),
        ("source_endpoint_id", "Search collections", "Demo instrument"),
    ],
)
def test_ids_are_found_by_name(desk: Desk, page: Page, name: str, words: str, option: str):
    desk.open({"properties": {name: {"type": "string", "format": "uuid"}}})
    box = page.get_by_placeholder(re.compile(words))
    box.fill(option)
    box.click()
    page.get_by_role("option").filter(has_text=option).first.click()
    page.get_by_role("button", name="Start the run").click()
    assert re.fullmatch(r"[0-9a-f-]{36}", started_input(desk, page)[name])


def test_a_file_is_dropped_into_the_folder_browser(desk: Desk, page: Page):
    desk.open({"properties": {"source": EVERYTHING["properties"]["source"]}})
    page.get_by_placeholder(re.compile("Search collections")).fill("staging")
    page.get_by_role("option").first.click()
    page.get_by_role("button", name="Browse").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Drop files here")).to_be_visible()
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(["hello"], "dropped.txt", { type: "text/plain" }));
          document.querySelector(".folders").dispatchEvent(
            new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(dialog.get_by_role("option").filter(has_text="dropped.txt")).to_be_visible()
    keep(page, "folders")


# --- the Advanced tab


def test_the_editor_offers_names_and_marks_problems(desk: Desk, page: Page):
    desk.open(EVERYTHING)
    page.get_by_role("button", name="Advanced (JSON)").click()
    editor = page.locator(".cm-content")
    editor.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type('{"em')
    option = page.locator(".cm-tooltip-autocomplete li").first
    expect(option).to_contain_text("email")
    option.click()
    expect(editor).to_contain_text('{"email": ""}')
    expect(page.locator("#start-text-error")).to_have_text(re.compile(r"^Line 1: .+ \(and \d+ more\)$"))
    page.get_by_role("button", name="Guided").click()
    expect(page.get_by_label("Notify")).to_be_visible()


def test_broken_json_leaves_the_form_on_the_last_input(desk: Desk, page: Page):
    desk.open(EVERYTHING)
    page.get_by_label("Note").fill("kept")
    page.get_by_role("button", name="Advanced (JSON)").click()
    editor = page.locator(".cm-content")
    editor.click()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.press("Backspace")
    page.get_by_role("button", name="Guided").click()
    expect(page.get_by_label("Note")).to_have_value("kept")
    expect(page.get_by_text("the form shows the last input that could be")).to_be_visible()


# --- everybody


@pytest.mark.parametrize("tab", ["Guided", "Advanced (JSON)"])
def test_axe_finds_nothing_serious(desk: Desk, page: Page, tab: str):
    desk.open(EVERYTHING)
    for name in ("Add to Tags", "Add to Files"):
        page.get_by_role("button", name=name).click()
        quiet(page)
    page.get_by_label("Kind of Way").select_option(label="By hand")
    quiet(page)
    page.get_by_role("button", name="Start the run").click()
    expect(page.locator("[data-problems]")).to_be_visible()
    if tab != "Guided":
        page.get_by_role("button", name=tab).click()
        page.wait_for_selector(".cm-content")
    well_made(page)
    keep(page, f"form-{tab.split()[0].lower()}")


def test_it_fits_a_screen_of_320_pixels(desk: Desk, page: Page):
    page.set_viewport_size({"width": 320, "height": 640})
    desk.open(EVERYTHING)
    page.get_by_role("button", name="Add to Files").click()
    quiet(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    keep(page, "form-320px")


def test_labels_groups_and_errors_are_announced(desk: Desk, page: Page):
    desk.open(EVERYTHING)
    page.get_by_role("button", name="Start the run").click()
    expect(page.get_by_role("alert")).to_contain_text("3 problems")
    expect(page.get_by_role("group", name=re.compile("^Data"))).to_be_visible()
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll(".start__fields :is(input, select, textarea)")]
          .filter((one) => one.type !== "hidden" && !one.labels?.length && !one.getAttribute("aria-label"))
          .map((one) => one.outerHTML)"""
    )
    assert unnamed == []
    email = page.get_by_label("Notify")
    ids = (email.get_attribute("aria-describedby") or "").split()
    assert "f-email-error" in ids
    expect(page.locator("#f-email-error")).to_have_text("Enter a value; it is required.")


def test_without_scripts_it_adds_switches_tells_and_starts(desk: Desk, bare: Page):
    bare.goto(f"/flows/{desk.flow_id}/start")
    desk.api.ask("PUT", f"flows/{desk.flow_id}", {"input_schema": EVERYTHING})
    bare.goto(f"/flows/{desk.flow_id}/start")
    bare.get_by_role("button", name="Add to Tags").click()
    bare.locator("[name='/tags/0']").fill("one")
    bare.get_by_label("Kind of Way").select_option(label="By mail")
    bare.get_by_role("button", name="Switch", exact=True).click()
    bare.locator("[name='/way/box']").fill("7")
    bare.locator("[name='/email']").fill("nobody")
    bare.get_by_role("button", name="Start the run").last.click()
    expect(bare.locator("[data-problems]")).to_contain_text("Data")
    expect(bare.locator("#f-email-error")).to_contain_text("is not an e-mail address")
    bare.locator("[name='/email']").fill("ada@example.org")
    bare.locator("[name='/source/id']").fill(UUID)
    bare.locator("[name='/source/path']").fill("/data/")
    bare.get_by_text("Who else sees it, and mails").click()
    bare.get_by_label("Run managers").fill("nobody, admin")
    bare.get_by_role("button", name="Start the run").last.click()
    expect(bare.locator("#start-managers-error")).to_contain_text("“nobody”")
    bare.get_by_label("Run managers").fill("admin")
    bare.get_by_role("button", name="Start the run").last.click()
    assert started_input(desk, bare) == {
        "source": {"id": UUID, "path": "/data/"},
        "email": "ada@example.org",
        "mode": "safe",
        "tags": ["one"],
        "way": {"box": "7"},
    }
