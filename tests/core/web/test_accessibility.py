"""The tabs of every page, in light and dark and on a phone: axe-core's rules, and what it cannot find."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from core import registry

READY = [record.name for record in registry.discover().values() if record.state is registry.State.READY]
PAGES = ["", *READY]
WIDTHS = {"light": 1440, "dark": 1440, "phone": 390}
RULES = {"label-content-name-mismatch": {"enabled": True}, "target-size": {"enabled": True}}  # axe leaves them out
OPTIONS: dict[str, Any] = {
    **{key: {"runOnly": ["color-contrast"]} for key in ("light", "dark")},  # all else is the same on a phone
    "phone": {"rules": RULES | {"color-contrast": {"enabled": False}}},
}
STILL = "*, ::before, ::after { transition: none !important; animation: none !important; }"
IS_DONE = (
    "![...document.querySelectorAll('[data-testid=status-tracker]:not(.hide), .status progress')]"
    ".some(each => each.offsetParent)"
)
UNNAMED = (
    "() => [...document.querySelectorAll('main img')]"
    ".filter(each => each.offsetParent && !each.alt && !each.closest('a, [aria-label]')).length"
)
# What is around the tabs is the same for all of them: it is looked at with the first one.
FIND = """({options, isFirst}) => axe.run(
    isFirst ? document : [...document.querySelectorAll('[role=tabpanel]')].find(each => each.offsetParent),
    {resultTypes: ['violations'], ...options}
).then(found => found.violations
    .filter(each => ['serious', 'critical'].includes(each.impact))
    .map(each => `${each.id}: ${each.nodes[0].html} ${each.nodes[0].failureSummary}`))"""


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    yield page
    page.close()


def open_tabs(page: Any, address: str) -> Iterator[tuple[str, bool]]:
    """Open the page at `address`, then its tabs one after the other; yield their names, and which is the first."""
    page.goto(address)
    page.locator("h1").wait_for()
    page.add_style_tag(content=STILL)
    page.evaluate(AXE_SCRIPT)
    tabs = page.get_by_role("tab").all()
    for tab in tabs:
        tab.click()
        page.wait_for_timeout(300)  # a call begins
        page.wait_for_function(IS_DONE, timeout=120_000)
        yield tab.inner_text(), tab is tabs[0]
    if not tabs:
        yield "all", True


def find_violations(page: Any, mode: str, is_first: bool) -> list[str]:
    """Return axe-core's serious and critical violations, of the whole page if its first tab is shown."""
    page.evaluate("dark => document.body.classList.toggle('dark', dark)", mode == "dark")
    page.set_viewport_size({"width": WIDTHS[mode], "height": 900})
    return [f"{mode}: {each}" for each in page.evaluate(FIND, {"options": OPTIONS[mode], "isFirst": is_first})]


def find_barriers(page: Any, is_first: bool) -> list[str]:
    """Return what bars some visitors from the tab that is shown, in light and dark mode and on a phone."""
    found = [each for mode in WIDTHS for each in find_violations(page, mode, is_first)]
    found += ["pictures without an alternative text"] * page.evaluate(UNNAMED)
    found += ["wider than a phone"] * page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.set_viewport_size({"width": 1440, "height": 900})
    return found


def find_lasting_barriers(page: Any, is_first: bool) -> list[str]:
    """Return the barriers that are still there after seconds: a page that loads on a busy machine has others."""
    for _ in range(3):
        found = find_barriers(page, is_first)
        if not found:
            break
        page.wait_for_timeout(1500)
    return found


@pytest.mark.browser
@pytest.mark.parametrize("most", [2, pytest.param(99, marks=pytest.mark.slow)])
@pytest.mark.parametrize("path", PAGES)
def test_no_tab_has_a_barrier(page: Any, app_address: str, path: str, most: int) -> None:
    tabs = islice(open_tabs(page, f"{app_address}/{path}"), most)
    found = {name: find_lasting_barriers(page, is_first) for name, is_first in tabs}
    assert not {name: each for name, each in found.items() if each}
