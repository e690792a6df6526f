"""The before/after comparison, as a component and in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest

from core.imaging import images
from core.imaging.images import Image
from core.web import theme
from core.web.comparison import Comparison, comparison

TOUCH_STEPS = 8


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, picture: Image) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("pair")
    for name, image in (("before", picture), ("after", 1 - picture)):
        images.save(image, folder / f"{name}.png")
    return str(folder / "before.png"), str(folder / "after.png")


@pytest.fixture(scope="module")
def address(pair: tuple[str, str]) -> Iterator[str]:
    """The address of a page with a comparison, empty until a button is pressed, above much to scroll to."""
    with gr.Blocks() as blocks:
        compared = comparison("A picture", ("Plain", "Inverted"))
        gr.Button("Clear").click(lambda: None, None, compared)
        gr.Button("Show").click(lambda: pair, None, compared)
        gr.HTML('<div style="height: 3000px"></div>')
    _, url, _ = blocks.launch(prevent_thread_lock=True, quiet=True, css=theme.load_css([]), allowed_paths=["/tmp"])
    yield url
    blocks.close()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1000, "height": 800}, has_touch=True)
    page.goto(address)
    page.get_by_role("button", name="Show").click()
    page.wait_for_function("document.querySelector('img.after')?.naturalWidth === 160")
    yield page
    page.close()


def position(page: Any) -> int:
    return int(page.get_by_role("slider").get_attribute("aria-valuenow"))


def test_an_update_of_the_component_keeps_what_it_does(pair: tuple[str, str]) -> None:
    with gr.Blocks():
        first = comparison("A picture")
    again = type(first)(**first.constructor_args)  # as Gradio does at each `gr.skip()`
    assert isinstance(again, Comparison)
    assert again.preprocess(again.postprocess(pair)) == pair
    assert again.preprocess(None) is again.postprocess(None) is None


@pytest.mark.browser
def test_keys_move_the_line_to_both_ends(page: Any) -> None:
    line = page.get_by_role("slider", name="A picture")
    line.focus()
    for key, expected in {"ArrowRight": 51, "PageDown": 41, "End": 100, "ArrowUp": 100, "Home": 0}.items():
        page.keyboard.press(key)
        assert position(page) == expected
    assert line.get_attribute("aria-valuetext") == "Plain 0 %, Inverted 100 %"


@pytest.mark.browser
def test_the_pointer_moves_the_line_where_it_clicks_and_drags(page: Any) -> None:
    box = page.locator(".view").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 4, box["y"] + 50)
    assert position(page) == 25
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 90, steps=4)
    page.mouse.up()
    assert position(page) == 70


@pytest.mark.browser
def test_the_wheel_scrolls_the_page_until_the_picture_is_zoomed(page: Any) -> None:
    page.locator(".view").hover()
    page.mouse.wheel(0, 100)
    page.wait_for_function("scrollY > 0")
    page.get_by_role("button", name="Zoom in").click()
    before, scrolled = page.locator(".zoom").inner_text(), page.evaluate("scrollY")
    page.locator(".view").hover()
    page.mouse.wheel(0, -100)
    page.wait_for_function("before => document.querySelector('.zoom').innerText !== before", arg=before)
    assert page.evaluate("scrollY") == scrolled


@pytest.mark.browser
def test_both_pictures_are_zoomed_and_moved_together(page: Any) -> None:
    page.get_by_role("button", name="1:1").click()
    assert page.locator(".zoom").inner_text() == "100 %"
    page.get_by_role("button", name="Fit").click()
    page.get_by_role("slider").press("+")
    page.get_by_role("slider").press("Shift+ArrowRight")
    before, after = (image.evaluate("image => image.style.transform") for image in page.locator(".view img").all())
    assert before == after != ""
    assert "scale(1.5)" in after


@pytest.mark.browser
def test_a_finger_moves_the_line_and_two_zoom(page: Any) -> None:
    box = page.locator(".view").bounding_box()
    touch = page.context.new_cdp_session(page)
    middle, y = box["x"] + box["width"] / 2, box["y"] + 200

    def touch_at(kind: str, *xs: float) -> None:
        points = [{"x": x, "y": y, "id": i} for i, x in enumerate(xs)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch_at("touchStart", middle)
    for i in range(1, TOUCH_STEPS + 1):
        touch_at("touchMove", middle + i * box["width"] / 4 / TOUCH_STEPS)
    touch_at("touchEnd")
    assert position(page) == pytest.approx(75, abs=2)
    touch_at("touchStart", middle - 50, middle + 50)
    for i in range(1, TOUCH_STEPS + 1):
        touch_at("touchMove", middle - 50 - 5 * i, middle + 50 + 5 * i)
    touch_at("touchEnd")
    assert page.locator(".view.zoomed").count() == 1


@pytest.mark.browser
def test_a_cleared_comparison_says_so_and_cannot_be_focused(page: Any) -> None:
    page.get_by_role("button", name="Clear").click()
    page.get_by_text("Nothing to compare yet.").wait_for()
    assert page.locator(".view img[src]").count() == 0
    assert not page.locator(".handle").is_visible()
