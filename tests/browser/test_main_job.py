"""The main job through the pages only: find a flow, fill its form, watch it run, find what it made."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import found, keep
from tests.live import LiveSite

TITLE = "Stage, validate and index a dataset"
STARTERS = [TITLE, "Filtered transfer with checks", "Two-stage transfer", "Move files", "Thumbnails"]


def open_form(page: Page, title: str) -> None:
    found(page, title).get_by_role("link", name=re.compile("Start")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)


def choose_folder(page: Page, group: str, *names: str) -> None:
    """Press Browse in a group of the form, and go down the named folders from the root."""
    page.get_by_role("group", name=group).get_by_role("button", name="Browse").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="/", exact=True).or_(dialog.locator("[data-to='/']")).first.click()
    for name in names:
        dialog.get_by_role("option").filter(has_text=f"{name}/").dblclick()
    dialog.get_by_role("button", name="Choose this folder").click()
    expect(dialog).to_have_count(0)


def wait_for_end(page: Page, code: str = "FlowSucceeded") -> None:
    expect(page.locator(".event__title").first).to_contain_text(code, timeout=60_000)


def test_a_dataset_is_staged_validated_and_indexed(site: LiveSite, page: Page):
    page.goto("/")
    keep(page, "library")
    open_form(page, TITLE)
    page.get_by_role("button", name="Use the sample").click()
    choose_folder(page, "Dataset", "datasets", "alloy-scan")
    keep(page, "start")
    page.get_by_role("button", name="Start the run").click()
    page.wait_for_url("**/runs/*/")
    page.evaluate("window.stillThere = true")
    wait_for_end(page)
    assert page.evaluate("window.stillThere") is True, "the page was reloaded"
    titles = page.locator(".event__title").all_inner_texts()
    assert re.match(
        r"^CheckDataset – ActionCompleted \(\d+ (milli)?seconds?\)$", titles[_index(titles, "CheckDataset")]
    )
    expect(page.locator("span[data-status]")).to_contain_text("Succeeded")
    page.get_by_role("tab", name="Diagram").click()
    expect(page.locator("#state-0")).to_have_class(re.compile("status--succeeded"))
    keep(page, "run")
    files = {path.relative_to(site.home).as_posix() for path in site.home.glob("collections/**/*.json")}
    assert any(re.search(r"archive.*/datasets/alloy-scan/manifest.json$", name) for name in files), files
    page.goto("/search/")
    page.get_by_role("link", name="Demo datasets").click()
    page.get_by_role("searchbox").last.fill("alloy")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("alloy-scan")
    keep(page, "search-results")


def _index(titles: list[str], state: str) -> int:
    return next(
        number for number, title in enumerate(titles) if title.startswith(f"{state} – ActionCompleted")
    )


@pytest.mark.parametrize("title", STARTERS[1:])
def test_each_starter_runs_from_its_sample(page: Page, title: str):
    open_form(page, title)
    page.get_by_role("button", name="Use the sample").click()
    page.get_by_role("button", name="Start the run").click()
    page.wait_for_url("**/runs/*/")
    wait_for_end(page)


def test_advanced_and_guided_show_the_same_input(page: Page):
    open_form(page, "Move files")
    page.get_by_role("button", name="Use the sample").click()
    expect(page.get_by_text("Filled with the sample.")).to_be_visible()
    page.get_by_role("button", name="Advanced (JSON)").click()
    text = page.locator("textarea[data-input-text]")
    expect(page.locator(".cm-content")).to_be_visible()
    body = json.loads(text.input_value())
    assert body
    page.get_by_role("button", name="Guided").click()
    expect(page.get_by_role("textbox", name="Folder sample").first).to_be_visible()
    page.get_by_role("button", name="Advanced (JSON)").click()
    expect(page.locator(".cm-content")).to_be_visible()
    assert json.loads(page.locator("textarea[data-input-text]").input_value()) == body


def test_a_missing_field_is_told_at_the_field(page: Page):
    open_form(page, "Move files")
    page.get_by_role("button", name="Start the run").click()
    expect(page.locator(".field__error").filter(has_text=re.compile(r"\S")).first).to_be_visible()
    assert page.url.endswith("/start")


def test_the_pages_of_a_site_open_without_errors(page: Page):
    for path in (
        "/",
        "/runs/",
        "/inbox/",
        "/collections/",
        "/compute/",
        "/search/",
        "/account/",
        "/flows/new",
        "/ide/",
    ):
        answer = page.goto(path)
        assert answer is not None and answer.status == 200, path
        expect(page.get_by_role("main")).to_be_visible()
        keep(page, path.strip("/").replace("/", "-") or "home")
