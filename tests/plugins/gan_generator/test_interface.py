"""The page of the GAN generator in a browser, and its API."""

from __future__ import annotations

from typing import Any

import gradio_client
import pytest

from core.imaging import images


def download(page: Any, shown: Any) -> bytes:
    body: bytes = page.request.get(shown.get_attribute("src")).body()
    return body


@pytest.mark.browser
def test_a_seed_generates_the_same_image_twice(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{app_address}/gan_generator")
    shown = page.locator(".stage .clickable img").first
    shown.wait_for(timeout=120_000)
    seed, generated = page.get_by_label("Seed").locator("visible=true").first, []
    for number in ("5", "6", "5"):
        before = shown.get_attribute("src")
        seed.fill(number)
        seed.press("Tab")
        page.wait_for_function(
            "src => document.querySelector('.stage .clickable img').src !== src", arg=before, timeout=30_000
        )
        generated.append(download(page, shown))
    assert generated[0] == generated[2] != generated[1]
    page.close()


@pytest.mark.browser
def test_a_click_on_an_image_describes_it(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{app_address}/gan_generator")
    page.get_by_text("Image 0 (").wait_for(timeout=120_000)
    grid_of_36 = page.locator(".stage .clickable img").first
    box = grid_of_36.bounding_box()
    grid_of_36.click(position={"x": box["width"] * 0.95, "y": box["height"] * 0.97})
    page.get_by_text("Image 35 (").wait_for(timeout=30_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


@pytest.mark.browser
def test_the_lab_streams_and_stops(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{app_address}/gan_generator")
    page.get_by_role("tab", name="Lab", exact=True).click()
    page.get_by_text("Step 50.").wait_for(timeout=120_000)
    page.get_by_role("button", name="Mode collapse").click()
    step = "() => +(document.body.innerText.match(/Step ([\\d,]+)\\./) || [0, '0'])[1].replace(',', '')"
    page.wait_for_function(f"() => ({step})() >= 300", timeout=60_000)
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("Stopped.").locator("visible=true").first.wait_for(timeout=30_000)
    page.wait_for_timeout(1000)
    stopped = page.evaluate(step)
    page.wait_for_timeout(1500)
    assert page.evaluate(step) == stopped
    page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_function(f"() => ({step})() === {stopped + 50}", timeout=30_000)
    page.close()


@pytest.mark.browser
def test_a_class_of_either_data_set_is_generated_over_the_api(app_address: str) -> None:
    client = gradio_client.Client(app_address, verbose=False)
    for subject, class_name in (("digits", "7"), ("tiles of a game", "monsters")):
        grid, _ = client.predict(subject, class_name, "16", 3, 1.0, api_name="/gan_generator_generate")
        assert images.load(grid).std() > 0.05
    with pytest.raises(Exception, match="The class is '7'"):
        client.predict("tiles of a game", "7", "16", 3, 1.0, api_name="/gan_generator_generate")
