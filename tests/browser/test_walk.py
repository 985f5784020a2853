"""A flow built from an empty page with the palette and completion alone, published, started and run."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import keep
from tests.browser.test_diagram_editing import pick, state
from tests.browser.test_understanding import choose

SLOWLY = 30
STEPS = (
    ("ToStaging", "$.source.id", "$.staging.id", "$.source.path", "$.staging.path", "$.staged"),
    ("ToDestination", "$.staging.id", "$.destination.id", "$.staging.path", "$.destination.path", "$.copied"),
)
INPUT = (
    ("source", "Demo instrument", "/datasets/alloy-scan/notes.md"),
    ("staging", "Demo staging", "/walk/notes.md"),
    ("destination", "Demo archive", "/walk/notes.md"),
)


@pytest.mark.slow
@pytest.mark.soak
def test_a_two_stage_transfer_is_built_from_an_empty_page_and_run(page: Page) -> None:
    page.set_default_timeout(20_000)
    page.goto("/flows/new")
    page.get_by_role("button", name="A blank flow").click()
    expect(state(page, "First")).to_be_attached()
    page.locator("[data-title]").fill("Two stages")
    build(page)
    publish(page)
    start(page)
    ended = page.locator("[data-status], .status").first
    expect(ended).to_contain_text(re.compile("succeeded|failed", re.I), timeout=60_000)
    assert "succeeded" in ended.inner_text().lower(), page.locator("main").inner_text()
    keep(page, "walk-6-run")


def build(page: Page) -> None:
    state(page, "First").click()
    keep(page, "walk-1-empty")
    page.keyboard.press("a")
    expect(page.locator("dialog.chooser")).to_be_visible()
    page.keyboard.type("copy f")
    keep(page, "walk-2-palette")
    pick(page, "iles")
    for at, words in enumerate(STEPS):
        expect(state(page, "CopyFiles")).to_be_attached()
        fill_in(page, words)
        expect(state(page, words[0])).to_be_attached()
        if at == 0:
            state(page, words[0]).click()
            page.keyboard.press("a")
            pick(page, "copy files")
    state(page, "First").click()
    page.keyboard.press("Delete")
    expect(state(page, "First")).to_have_count(0)
    keep(page, "walk-4-built")


def fill_in(page: Page, words: tuple[str, ...]) -> None:
    """Type over the placeholders, the name first; what is known already is completed."""
    for word in words:
        if word == "$.staging.id" and words[0] == "ToDestination":
            page.keyboard.type("$.stagi", delay=SLOWLY)
            page.locator(".cm-tooltip-autocomplete li", has_text="$.staging").first.wait_for()
            keep(page, "walk-3-completion")
            choose(page, "$.staging")
            page.keyboard.press("ArrowLeft")  # the text is closed behind what was completed
            page.keyboard.type(".id", delay=SLOWLY)
        else:
            page.keyboard.type(word, delay=SLOWLY)
        page.keyboard.press("Tab")


def publish(page: Page) -> None:
    page.get_by_role("tab", name="Form preview").click()
    page.get_by_role("button", name="Generate from definition").click()
    page.get_by_role("button", name="Add to the schema").click()
    expect(page.locator("[data-problem-counts]")).not_to_contain_text("error")
    expect(page.get_by_text("This flow asks for no input.")).to_be_hidden()
    keep(page, "walk-5-form")
    page.get_by_role("button", name="Publish").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Publish").click()
    dialog.get_by_role("link", name="Start a run").click()


def start(page: Page) -> None:
    for name, collection, path in INPUT:
        field = page.locator(f"#f-{name}-id-input-search")
        field.fill(collection)
        page.get_by_role("option", name=re.compile(collection)).first.click()
        page.locator(f"#f-{name}-path-input").fill(path)
    page.get_by_role("button", name="Start the run").last.click()
    page.wait_for_url("**/runs/**")
