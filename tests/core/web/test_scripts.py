"""The scripts of pages, in a browser: clickable pictures, tabs, names, sheets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from core.web import sheets
from tests.core.web.script_page import SIDE, open_page, picture


@pytest.fixture(scope="module")
def desktop(browser: Any, script_page: str) -> Iterator[Any]:
    page = open_page(browser, script_page)
    yield page
    page.close()


def wait_for_value(page: Any, label: str, expected: tuple[int, int]) -> None:
    """Wait until the text box `label` holds a position within two pixels of `expected`."""
    page.wait_for_function(
        "([box, wanted]) => { const at = box.value.split(' ').map(Number);"
        " return at.length === 2 && wanted.every((each, i) => Math.abs(each - at[i]) <= 2); }",
        arg=[page.get_by_label(label).element_handle(), expected],
    )


@pytest.mark.browser
def test_arrow_keys_click_on_a_draggable_picture(desktop: Any) -> None:
    desktop.get_by_role("tab", name="Map").click()
    desktop.locator(".place-x input[type=number]").fill("5")
    plane = picture(desktop, "The plane")
    plane.press("ArrowRight")
    wait_for_value(desktop, "Clicked", (int(0.52 * SIDE), SIDE // 2))
    plane.press("ArrowUp")
    wait_for_value(desktop, "Clicked", (int(0.52 * SIDE), int(0.48 * SIDE)))


@pytest.mark.browser
def test_arrow_keys_move_among_the_cells_of_a_grid_and_enter_chooses(desktop: Any) -> None:
    desktop.get_by_role("tab", name="Grid").click()
    grid = picture(desktop, "A grid")
    for key in ("ArrowLeft", "ArrowRight", "ArrowDown", "ArrowDown", "Enter"):  # the first shows the first cell
        grid.press(key)
    wait_for_value(desktop, "Chosen", (SIDE * 3 // 8, SIDE * 3 // 4))
    image = grid.locator("img").bounding_box()
    ring = grid.locator(".click-marker").bounding_box()
    assert image["width"] > image["height"] + 100  # it leaves margins beside the picture
    x = ring["x"] + ring["width"] / 2 - (image["x"] + image["width"] / 2 - image["height"] / 2)
    assert x / image["height"] == pytest.approx(3 / 8, abs=0.01)
    center = image["x"] + image["width"] / 2, image["y"] + image["height"] / 2
    desktop.mouse.click(center[0] - 0.4 * image["height"], center[1] + 0.3 * image["height"])  # it is enlarged
    wait_for_value(desktop, "Chosen", (SIDE // 10, SIDE * 8 // 10))
    desktop.mouse.click(image["x"] + 20, center[1])  # beside the picture
    assert grid.locator(".click-marker").bounding_box()["x"] > image["x"] + 20


@pytest.mark.browser
def test_sliders_move_the_ring(desktop: Any) -> None:
    desktop.get_by_role("tab", name="Map").click()
    desktop.locator(".place-x input[type=number]").fill("2.5")
    desktop.wait_for_timeout(1000)  # the answer to a click is ignored so long
    desktop.locator(".place-y input[type=number]").fill("7.5")
    desktop.wait_for_function("document.querySelector('.click-marker').style.top === '75%'")
    assert desktop.locator(".click-marker").first.evaluate("ring => ring.style.left") == "25%"


def hover(page: Any, x: float, y: float) -> Any:
    """Move the pointer to a place of the plane, in fractions, and return what is shown beside it."""
    box = page.locator(".clickable img").first.bounding_box()
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    return page.locator(".point-preview:popover-open canvas")


@pytest.mark.browser
def test_near_a_point_its_pictures_are_shown_unless_its_group_is_hidden(desktop: Any) -> None:
    desktop.get_by_role("tab", name="Map").click()
    desktop.locator(".clickable img").first.scroll_into_view_if_needed()
    with desktop.expect_response(lambda answer: "component_server" in answer.url):
        assert hover(desktop, 0.2, 0.31).count() == 0  # they are fetched now
    for moved in range(100):
        if (shown := hover(desktop, 0.2 + moved % 2 / 100, 0.31)).count():
            break
    assert shown.count() == 2
    assert abs(shown.last.evaluate("c => c.getContext('2d').getImageData(4, 4, 1, 1).data[0]") - 128) < 6
    assert desktop.locator(".point-preview").inner_text().split() == ["Before", "After"]
    assert hover(desktop, 0.5, 0.3).count() == 0

    desktop.get_by_label("first").uncheck()
    desktop.get_by_label("Part").fill("50 0 50")
    desktop.get_by_role("button", name="Draw it again").click()
    desktop.wait_for_function("document.querySelector('.clickable img').src.endsWith('again.png')")
    desktop.locator(".clickable img").first.scroll_into_view_if_needed()
    shown = hover(desktop, 0.6, 0.6)  # where the second point is now
    assert shown.first.evaluate("c => c.getContext('2d').getImageData(4, 4, 1, 1).data[0]") < 6
    desktop.keyboard.press("Escape")
    assert shown.count() == 0
    assert hover(desktop, 0.2, 0.3).count() == 0


@pytest.mark.browser
def test_in_another_language_the_labels_of_rows_lie_over_those_of_the_picture(desktop: Any) -> None:
    desktop.get_by_role("tab", name="Grid").click()
    sheet = desktop.locator(".sheet img")
    desktop.wait_for_function("document.querySelector('.sheet img')?.alt")
    assert sheet.get_attribute("alt") == f"A sheet; une étiquette, {12 * 84 + sheets.LABEL_WIDTH} × 168 pixels"
    assert desktop.locator(".row-labels").count() == 0
    desktop.evaluate("() => { window.language = 'fr'; }")
    sheet.dispatch_event("load")
    desktop.evaluate("() => { delete window.language; }")
    assert desktop.locator(".row-labels span").all_inner_texts() == ["une étiquette", ""]
    labels, box = desktop.locator(".row-labels").bounding_box(), sheet.bounding_box()
    assert labels["x"] == pytest.approx(box["x"], abs=1)
    assert labels["height"] == pytest.approx(box["height"], abs=1)
    assert labels["width"] / box["width"] == pytest.approx(
        sheets.LABEL_WIDTH / (12 * 84 + sheets.LABEL_WIDTH), abs=0.01
    )


@pytest.mark.browser
def test_a_frame_shows_the_crop_of_a_photo_that_is_too_large_for_test_mode(desktop: Any) -> None:
    desktop.get_by_role("tab", name="Map").click()
    frame = desktop.locator(".crop-frame")
    assert not frame.is_visible()
    desktop.get_by_label("Test mode").check()
    frame.wait_for()
    desktop.get_by_label("Test mode").uncheck()
    frame.wait_for(state="hidden")


@pytest.mark.browser
def test_arrow_keys_move_between_tabs_of_which_one_is_in_the_order_of_focus(desktop: Any) -> None:
    first, last = (desktop.get_by_role("tab", name=name) for name in ("Map", "Grid"))
    first.click()
    for key, expected in {"ArrowRight": last, "ArrowLeft": first, "End": last, "Home": first}.items():
        desktop.keyboard.press(key)
        assert expected.evaluate("tab => tab === document.activeElement && tab.ariaSelected") == "true"
    desktop.wait_for_function("document.querySelectorAll('[role=tab][tabindex=\"0\"]').length === 1")
    panel = desktop.get_by_role("tabpanel", name="Map")
    assert first.get_attribute("aria-controls") == panel.get_attribute("id")


@pytest.mark.browser
def test_whatever_has_the_focus_shows_it(desktop: Any) -> None:
    desktop.get_by_role("tab", name="Map").click()
    desktop.locator("nav a").first.focus()
    seen, hidden = set(), []
    for _ in range(25):
        desktop.keyboard.press("Tab")
        kind, style = desktop.evaluate(
            "() => { const at = document.activeElement; const shown = at.matches('[type=radio], [type=checkbox]')"
            " ? at.closest('label') : at; return [at.outerHTML.slice(0, 80), getComputedStyle(shown).outlineStyle]; }"
        )
        seen.add(kind)
        hidden += [kind] if style == "none" and "<body" not in kind else []
    assert len(seen) > 8
    assert not hidden


@pytest.mark.browser
def test_a_file_that_the_browser_cannot_show_is_no_broken_picture(desktop: Any) -> None:
    desktop.get_by_role("tab", name="Map").click()
    desktop.locator("input[type=file]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"x"})
    frame = desktop.locator(".image-frame[data-note]")
    frame.wait_for()
    assert "cannot show" in frame.get_attribute("data-note")
    assert not frame.locator("img").is_visible()
