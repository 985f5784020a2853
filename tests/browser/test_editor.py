"""The editor in a real browser: marks while typing, a diagram that follows, a text that stays as it was."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import keep, shown_text
from tests.live import LiveSite

ODD = """{ "StartAt":"First",
   "States": {
  "First":   {"Type": "Pass",   "Next": "Second"},
      "Second": {"Type":"Pass","End":true}
} }
"""


@pytest.fixture
def editor(site: LiveSite, page: Page) -> Page:
    """The scratch editor with an oddly formatted, valid flow."""
    page.goto("/ide/")
    page.locator(".cm-content").first.wait_for()
    write(page, ODD)
    expect(page.locator("#state-1")).to_be_attached()
    expect(page.locator("[data-problem-counts]")).to_contain_text("No problems")
    return page


def write(page: Page, text: str) -> None:
    """Replace the whole text, as by pasting."""
    page.locator(".cm-content").first.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def text_of(page: Page) -> str:
    return shown_text(page).strip("\n")


def test_a_broken_next_is_marked_on_the_very_token_within_half_a_second(editor: Page):
    # Of several tries one in time will do: other tests may have the machine.
    mark = editor.locator(".cm-lintRange-error")
    took: list[float] = []
    while len(took) < 6 and (not took or took[-1] >= 0.5):
        write(editor, ODD)
        expect(mark).to_have_count(0)
        write(editor, ODD.replace('"Next": "Second"', '"Next": "Secon"'))
        began_at = time.monotonic()
        mark.first.wait_for(timeout=3000)
        took.append(time.monotonic() - began_at)
    assert mark.first.inner_text().strip('"') == "Secon"
    assert took[-1] < 0.5, took
    expect(editor.locator("[data-problem-counts]")).to_contain_text("1 error")
    keep(editor, "editor")


def test_the_diagram_follows_each_valid_edit(editor: Page):
    write(
        editor,
        ODD.replace(
            '"Second": {"Type":"Pass","End":true}',
            '"Second": {"Type":"Pass","Next":"Third"},\n"Third":{"Type":"Pass","End":true}',
        ),
    )
    expect(editor.locator("#state-2")).to_contain_text("Third", timeout=3000)


def test_the_diagram_stays_greyed_while_the_text_is_broken(editor: Page):
    write(editor, ODD + "}")
    stale = editor.locator("[data-diagram].is-stale, .is-stale")
    expect(stale.first).to_be_visible(timeout=3000)
    expect(editor.locator("#state-1")).to_be_attached()
    keep(editor, "editor-broken")
    write(editor, ODD)
    expect(stale).to_have_count(0, timeout=3000)


def test_the_authors_formatting_is_never_changed(editor: Page):
    editor.wait_for_timeout(800)
    assert text_of(editor) == ODD.strip("\n")
    editor.get_by_role("button", name="Validate").click()
    editor.wait_for_timeout(500)
    assert text_of(editor) == ODD.strip("\n")


def test_a_flow_is_published_from_the_editor_as_it_was_typed(site: LiveSite, editor: Page):
    editor.locator("[data-title]").fill("Typed by hand")
    editor.get_by_role("button", name="Publish").first.click()
    editor.get_by_role("dialog").get_by_role("button", name="Publish").click()
    editor.wait_for_url("**/flows/*/edit*")
    found = "FlowVersion.objects.get(flow__title='Typed by hand').source"
    question = f"from library.models import FlowVersion; print({found})"
    assert site.manage("shell", "--no-imports", "-c", question) == ODD.strip()
