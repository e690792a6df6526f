"""The scripts of pages on a phone: the menu, results that are scrolled into view, fingers, sheets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from core.web import sheets
from tests.core.web.script_page import open_page, picture

PHONE = {"width": 390, "height": 700}


@pytest.fixture
def phone(browser: Any, script_page: str) -> Iterator[Any]:
    page = open_page(browser, script_page, PHONE)
    yield page
    page.close()


@pytest.mark.browser
def test_on_a_phone_the_pages_are_in_a_menu_of_one_line(phone: Any) -> None:
    menu, link = phone.get_by_role("button", name="Menu"), phone.get_by_role("link", name="Other")
    assert phone.locator(".nav-holder").bounding_box()["height"] < 64
    assert not link.is_visible()
    menu.click()
    assert link.is_visible()
    phone.keyboard.press("Escape")
    assert (link.is_visible(), menu.get_attribute("aria-expanded")) == (False, "false")


@pytest.mark.browser
def test_on_a_phone_the_result_is_scrolled_into_view_once(phone: Any) -> None:
    stage = phone.locator(".stage:visible")
    assert stage.bounding_box()["y"] > PHONE["height"]
    phone.get_by_role("button", name="Run").click()
    phone.wait_for_function("document.querySelector('.stage').getBoundingClientRect().top < 100")
    phone.evaluate("scrollTo(0, 0)")
    phone.evaluate("document.querySelector('.status').textContent = 'Done by itself.'")
    phone.wait_for_timeout(300)
    assert phone.evaluate("scrollY") == 0


@pytest.mark.browser
def test_on_a_phone_a_click_on_another_picture_of_the_stage_shows_the_result(phone: Any) -> None:
    below, stage = picture(phone, "Below"), phone.locator(".stage:visible")
    below.scroll_into_view_if_needed()
    assert stage.bounding_box()["y"] < -PHONE["height"] / 2
    below.click()
    phone.wait_for_function("Math.abs(document.querySelector('.stage').getBoundingClientRect().top) < 2")
    picture(phone, "The plane").click()  # which is in sight
    phone.get_by_label("Clicked").wait_for()
    assert abs(stage.bounding_box()["y"]) < 2


@pytest.mark.browser
def test_on_a_phone_a_run_of_a_folded_part_shows_its_own_result(phone: Any) -> None:
    button, result = phone.get_by_role("button", name="Start apart"), picture(phone, "Its result")
    button.scroll_into_view_if_needed()
    scrolled = phone.evaluate("scrollY")
    button.click()
    phone.get_by_text("Done apart.").wait_for()
    phone.wait_for_timeout(300)
    assert phone.evaluate("scrollY") >= scrolled
    box = result.bounding_box()
    assert box["y"] >= 0
    assert PHONE["height"] - box["y"] > box["height"] / 2


@pytest.mark.browser
def test_a_finger_drags_on_the_plane_in_all_directions(phone: Any) -> None:
    plane = picture(phone, "The plane")
    plane.scroll_into_view_if_needed()
    box, scrolled = plane.bounding_box(), phone.evaluate("scrollY")
    touch = phone.context.new_cdp_session(phone)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.2
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for i in range(1, 11):
        point = {"x": x, "y": y + i * box["height"] * 0.06}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        phone.wait_for_timeout(60)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    top = float(phone.locator(".click-marker").first.evaluate("ring => ring.style.top").removesuffix("%"))
    assert 60 < top < 90
    assert phone.evaluate("scrollY") == scrolled


@pytest.mark.browser
def test_on_a_phone_the_labels_of_a_sheet_are_readable(phone: Any) -> None:
    phone.get_by_role("tab", name="Grid").click()
    sheet = phone.locator(".sheet img")
    phone.wait_for_function("document.querySelector('.sheet img')?.style.minWidth")
    shown, natural = sheet.evaluate("image => [image.clientWidth, image.naturalWidth]")
    assert shown / natural * sheets.LABEL_SIZE >= 12
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert sheet.evaluate("image => image.getBoundingClientRect().left") >= 0
