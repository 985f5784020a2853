"""The editor understands: marks, completes, explains, renames; as a person does it, seen on the page."""

from __future__ import annotations

import json
import re
import statistics
import time
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.chromium import Chromium, leave
from tests.browser.conftest import keep, shown_text
from tests.browser.defects import DEFECTS, FLOW
from tests.live import LiveSite

DELAY = 120  # for so long the list takes no keys, lest it takes one that was meant for the text
CURRENT = "() => document.querySelector('[data-ide]').dataset.current === 'true'"
DATA = """{
  "StartAt": "Set",
  "States": {
    "Set": {"Type": "Pass", "Result": {"n": 42, "name": "a.h5"}, "ResultPath": "$.set", "Next": "Use"},
    "Use": {
      "Type": "ExpressionEval",
      "Parameters": {
        "n.$": "$.set.n",
        "twice.=": "set.n * 2"
      },
      "ResultPath": "$.used",
      "Next": "Late"
    },
    "Late": {"Type": "Pass", "Result": {"k": 1}, "ResultPath": "$.late", "End": true}
  }
}
"""


@pytest.fixture
def visitor(site: LiveSite, browser: Chromium) -> Iterator[Page]:
    """The scratch editor of somebody without an account. A script error fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 860}, base_url=site.url)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    open_editor(page)
    yield page
    leave(context)
    assert errors == []


@pytest.fixture
def editor(visitor: Page) -> Page:
    write(visitor, DATA)
    return visitor


def open_editor(page: Page) -> None:
    page.goto("/ide/")
    page.locator(".cm-content").first.wait_for()


def write(page: Page, text: str) -> None:
    """Replace the whole text, as by pasting, and wait for what the page says of it."""
    page.locator(".cm-content").first.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.wait_for_function(CURRENT)


def text_of(page: Page) -> str:
    return shown_text(page).strip("\n")


def put_cursor(page: Page, words: str, inside: int = 1) -> None:
    """Put the cursor `inside` the first such words, with the editor's search as people do."""
    page.locator(".cm-content").first.click()
    page.keyboard.press("Control+Home")
    page.keyboard.press("Control+f")
    page.keyboard.press("Control+a")
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowLeft")
    for _ in range(inside):
        page.keyboard.press("ArrowRight")


def options(page: Page) -> list[str]:
    page.locator(".cm-tooltip-autocomplete").wait_for(timeout=5000)
    page.wait_for_timeout(DELAY)
    return page.locator(".cm-tooltip-autocomplete .cm-completionLabel").all_inner_texts()


def choose(page: Page, label: str) -> None:
    """Take the option that is selected, which is to be this one."""
    page.locator(".cm-tooltip-autocomplete li[aria-selected]", has_text=label).wait_for()
    page.wait_for_timeout(DELAY)
    page.keyboard.press("Enter")


def test_every_kind_of_mistake_is_marked_on_its_token_without_an_account(visitor: Page) -> None:
    fixable, took = set(), []
    for defect in DEFECTS:
        write(visitor, FLOW)
        expect(visitor.locator(".cm-lintRange-error, .cm-lintRange-warning")).to_have_count(0)
        broken = FLOW.replace(defect.part, defect.broken, 1)
        began_at = time.monotonic()
        write(visitor, broken)
        took.append(time.monotonic() - began_at)
        marks = visitor.locator(".cm-lintRange").all_inner_texts()
        assert any(defect.marked.startswith(mark) and mark for mark in marks), (defect, marks)
        expect(visitor.locator("[data-problem-counts]")).to_contain_text(re.compile("[1-9]"))
        rows = visitor.locator("[data-problem-rows] tr")
        assert rows.count() > 0, defect.name
        if visitor.locator("[data-problem-rows] .problem__fix button").count():
            fixable.add(defect.name)
    assert len(fixable) >= 12, sorted(fixable)
    assert statistics.median(took) < 1, f"with the typing of the whole text, {took}"


def test_the_fix_at_the_cursor_is_chosen_from_the_keyboard(visitor: Page) -> None:
    write(visitor, FLOW.replace('"Default": "Rest"', '"Default": "Resst"'))
    visitor.keyboard.press("Control+Home")
    visitor.keyboard.press("F8")
    visitor.keyboard.press("Control+.")
    menu = visitor.get_by_role("menu", name="Fixes")
    expect(menu.get_by_role("menuitem").first).to_have_text('Write "Rest"')
    visitor.keyboard.press("Enter")
    visitor.wait_for_function(CURRENT)
    assert text_of(visitor) == FLOW.strip("\n")
    expect(visitor.locator("[data-problem-counts]")).to_contain_text("No problems")


def test_a_problem_leads_to_its_page_in_the_docs(editor: Page) -> None:
    write(editor, DATA.replace('"Next": "Late"', '"Next": "Latte"'))
    editor.locator("[data-drawer-toggle]").click()
    editor.locator("[data-problem-rows] tr").first.get_by_role("button", name="Why?").click()
    docs = editor.locator("[data-docs]")
    expect(docs).to_contain_text("Next names no state.")
    expect(docs).to_contain_text("Right")
    keep(editor, "editor-why")


def test_paths_are_those_of_this_state_and_later_ones_are_greyed_with_the_reason(editor: Page) -> None:
    put_cursor(editor, "$.set.n", 7)
    for _ in range(len("set.n")):
        editor.keyboard.press("Backspace")
    editor.keyboard.press("Control+Space")
    found = options(editor)
    assert {"$.set", "$.set.n", "$.set.name"} <= set(found)
    late = editor.locator(".cm-tooltip-autocomplete li", has_text="$.late")
    expect(late).to_have_class(re.compile("cm-unavailable"))
    for _ in range(len(found)):
        if late.get_attribute("aria-selected") == "true":
            break
        editor.keyboard.press("ArrowDown")
    expect(editor.locator(".cm-completionInfo")).to_contain_text(
        'Written by "Late", which runs only after this state.'
    )
    keep(editor, "editor-completion")
    editor.keyboard.type("set.na")
    choose(editor, "$.set.name")
    editor.wait_for_function(CURRENT)
    assert text_of(editor) == DATA.replace("$.set.n", "$.set.name", 1).strip("\n")
    editor.keyboard.press("Control+z")
    assert text_of(editor) != DATA.replace("$.set.n", "$.set.name", 1).strip("\n")


def test_the_last_runs_values_stand_beside_the_paths(site: LiveSite, page: Page) -> None:
    flow = site.manage("shell", "--no-imports", "-c", PUBLISHED.replace("DATA", json.dumps(DATA)))
    page.goto(f"/flows/{flow.split()[-1]}/edit")
    page.locator(".cm-content").first.wait_for()
    put_cursor(page, "$.set.n", 7)
    page.keyboard.press("Control+Space")
    options(page)
    expect(page.locator(".cm-completionInfo")).to_contain_text("Last run")
    expect(page.locator(".cm-completionInfo")).to_contain_text("42")
    page.keyboard.press("Escape")
    page.locator(".cm-line", has_text="twice").get_by_text("set.n * 2").hover()
    expect(page.locator(".cm-tooltip-hover")).to_contain_text("84", timeout=5000)
    expect(page.locator(".cm-tooltip-hover")).to_contain_text("Set")


PUBLISHED = """
from library.publish import create_flow, current_version
from wire.models import User
from runs import engine
from providers import hints
admin = User.objects.get(username='admin')
flow = create_flow(admin, 'Data of the last run', DATA, '{}')
with hints.inline():
    run = engine.start(current_version(flow), admin, {})
    engine.work(run.pk)
print(flow.pk)
"""


def test_a_state_is_written_with_completion_alone(editor: Page) -> None:
    write(editor, '{\n  "StartAt": "A",\n  "States": {\n    "A": {\n      \n    }\n  }\n}\n')
    put_cursor(editor, '"A": {', 6)
    editor.keyboard.press("ArrowDown")
    editor.keyboard.press("End")
    editor.keyboard.type('"')
    assert options(editor)[0] == "Type"
    editor.keyboard.press("Enter")
    editor.locator(".cm-tooltip-autocomplete li", has_text="Wait").first.wait_for()
    editor.keyboard.type("Wait")
    choose(editor, "Wait")
    editor.keyboard.press("End")
    editor.keyboard.type(',\n"Sec')
    choose(editor, "Seconds")
    editor.keyboard.type("7")
    editor.keyboard.press("Tab")
    editor.keyboard.press("End")
    editor.keyboard.type(',\n"En')
    choose(editor, "End")
    editor.wait_for_function(CURRENT)
    assert json.loads(text_of(editor))["States"] == {"A": {"Type": "Wait", "Seconds": 7, "End": True}}
    expect(editor.locator("[data-problem-counts]")).to_contain_text("No problems")


def test_renaming_changes_all_mentions_and_one_undo_takes_it_back(editor: Page) -> None:
    put_cursor(editor, '"Set"', 2)
    editor.keyboard.press("F2")
    dialog = editor.get_by_role("dialog", name="Rename the state")
    expect(dialog).to_contain_text("1 place names it")
    editor.keyboard.type("Begin")
    dialog.get_by_label("Also what it writes").check()
    dialog.get_by_label("New name of what it writes").fill("begun")
    dialog.get_by_role("button", name="Rename").click()
    expect(editor.locator(".cm-content").first).to_contain_text('"Begin"')
    editor.wait_for_function(CURRENT)
    wanted = (
        DATA.replace('"Set"', '"Begin"').replace("$.set", "$.begun").replace('"set.n * 2"', '"begun.n * 2"')
    )
    assert text_of(editor) == wanted.strip("\n")
    expect(editor.locator("#state-0")).to_contain_text("Begin")
    expect(editor.locator("[data-problem-counts]")).to_contain_text("No problems")
    editor.keyboard.press("Control+z")
    assert text_of(editor) == DATA.strip("\n")


def test_a_name_that_is_taken_is_refused_in_the_dialog(editor: Page) -> None:
    put_cursor(editor, '"Set"', 2)
    editor.keyboard.press("F2")
    expect(editor.get_by_role("dialog", name="Rename the state")).to_be_visible()
    editor.keyboard.type("Late")
    editor.keyboard.press("Enter")
    expect(editor.get_by_role("dialog")).to_contain_text('There is a state "Late" already.')
    editor.keyboard.press("Escape")
    assert text_of(editor) == DATA.strip("\n")


def test_the_cursor_lights_up_its_state_and_f12_leads_to_the_next(editor: Page) -> None:
    put_cursor(editor, '"Next": "Use"', 10)
    expect(editor.locator("#state-0")).to_have_class(re.compile("selected"))
    editor.keyboard.press("F12")
    expect(editor.locator("#state-1")).to_have_class(re.compile("selected"))
    editor.keyboard.press("Control+Shift+o")
    expect(editor.get_by_role("listbox").get_by_role("option")).to_have_count(3)
    editor.keyboard.type("la")
    editor.keyboard.press("Enter")
    expect(editor.locator("#state-2")).to_have_class(re.compile("selected"))


def test_a_click_with_ctrl_leads_to_the_state(editor: Page) -> None:
    editor.locator(".cm-line", has_text='"StartAt"').get_by_text('"Set"').click(modifiers=["Control"])
    expect(editor.locator("#state-0")).to_have_class(re.compile("selected"))


def test_the_docs_follow_the_cursor_and_examples_can_be_put_in(editor: Page) -> None:
    editor.get_by_role("tab", name="Docs").click()
    docs = editor.locator("[data-docs]")
    put_cursor(editor, '"ResultPath": "$.used"', 2)
    expect(docs.locator(".know__head").first).to_contain_text("ResultPath")
    expect(docs).to_contain_text("ExpressionEval")
    put_cursor(editor, "set.n * 2", 0)
    expect(docs).to_contain_text("pathsplit(source.path)[1]")
    example = docs.get_by_role("button", name=re.compile("How many characters"))
    editor.route("**/ide/understand", lambda route: route.abort())  # the help cannot follow
    editor.keyboard.press("Control+Home")
    editor.keyboard.type(" ")
    example.click()
    expect(editor.get_by_text("Try again when the help has followed")).to_be_visible()
    assert text_of(editor) == " " + DATA.strip("\n")
    editor.unroute("**/ide/understand")
    put_cursor(editor, "set.n * 2", 0)
    for _ in range(20):  # until the help has followed
        editor.wait_for_timeout(250)
        example.click()
        if "len(files)" in text_of(editor):
            break
    editor.wait_for_function(CURRENT)
    assert '"twice.=": "len(files)set.n * 2"' in text_of(editor)
    keep(editor, "editor-docs")
    editor.locator("#tab-input_schema").click()
    editor.locator(".cm-content").nth(1).click()
    expect(docs).to_contain_text("Keywords")
    docs.get_by_role("button", name="Insert: A collection and a folder in it").click()
    editor.wait_for_function(CURRENT)
    expect(editor.locator(".cm-content").nth(1)).to_contain_text("globus-collection")


def test_the_text_editor_does_what_editors_do(editor: Page) -> None:
    assert editor.locator(".cm-foldGutter .cm-gutterElement span").count() > 0
    put_cursor(editor, '"Late": {', 1)
    editor.keyboard.press("Control+d")
    editor.keyboard.press("Control+d")
    expect(editor.locator(".cm-selectionBackground").nth(1)).to_be_attached()
    editor.keyboard.press("Escape")
    write(editor, DATA.replace('"Next": "Late"', '"Next": "Latte"'))
    expect(editor.locator(".overview__mark--error")).to_be_visible()
    write(editor, '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}')
    editor.keyboard.press("Shift+Alt+F")
    editor.wait_for_function(CURRENT)
    assert text_of(editor).count("\n") > 3
    editor.keyboard.press("Control+z")
    assert text_of(editor).count("\n") == 0


def complete_path(page: Page) -> None:
    put_cursor(page, "$.set.n", 7)
    page.keyboard.press("Control+Space")
    options(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_stands_in_anyones_way(editor: Page, theme: str) -> None:
    editor.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    states = {
        "docs": lambda: editor.get_by_role("tab", name="Docs").click(),
        "completion": lambda: complete_path(editor),
        "rename": lambda: (editor.keyboard.press("Escape"), editor.keyboard.press("F2")),
        "outline": lambda: (editor.keyboard.press("Escape"), editor.keyboard.press("Control+Shift+o")),
    }
    for name, reach in states.items():
        reach()
        editor.wait_for_timeout(300)
        violations = Axe().run(editor).response["violations"]
        serious = [
            (one["id"], [node["html"] for node in one["nodes"]][:3])
            for one in violations
            if one["impact"] in ("serious", "critical")
        ]
        assert serious == [], name
