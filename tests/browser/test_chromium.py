"""The browser of the tests: what hangs is killed and said, and the next test has a browser again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error

from tests.browser.chromium import Chromium, killed_after, leave


def test_a_page_that_never_answers_costs_its_test_and_no_other(browser: Chromium):
    page = browser.new_context().new_page()
    with killed_after(2) as is_killed, pytest.raises(Error):
        page.evaluate("while (true);")
    assert is_killed()
    again = browser.new_context()
    assert again.new_page().evaluate("1 + 1") == 2
    leave(again)


def test_a_window_is_left_while_its_page_goes_elsewhere(browser: Chromium):
    context = browser.new_context()
    page = context.new_page()
    page.evaluate("setInterval(() => { location.href = 'about:blank?' + Math.random(); }, 1)")
    leave(context)
    assert context.pages == []
