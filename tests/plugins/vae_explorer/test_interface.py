"""The page: its own style, and in a browser the map, the buttons, a drawn digit."""

from __future__ import annotations

from typing import Any

import pytest

from core.plugin import Plugin


def test_the_plugin_brings_the_style_that_its_own_tab_needs(plugin: Plugin) -> None:
    css, tab = (plugin.record.folder / name for name in ("style.css", "tabs/latent_dimensions.py"))
    assert ".latent-sliders .form {" in css.read_text()
    assert 'elem_classes="latent-sliders"' in tab.read_text()


@pytest.mark.browser
def test_a_visitor_clicks_and_drags_on_the_map(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{app_address}/vae_explorer")
    decoded = page.locator(".stage img").nth(1)  # below the first map
    decoded.wait_for(timeout=120_000)
    page.wait_for_timeout(500)
    first = decoded.get_attribute("src")
    latent_map = page.locator(".clickable img").first
    latent_map.click(position={"x": 60, "y": 60})
    page.wait_for_function("src => document.querySelectorAll('.stage img')[1].src !== src", arg=first, timeout=30_000)
    position = page.get_by_label("number input for Position x").first
    clicked = float(position.input_value())
    assert clicked < 30
    box = latent_map.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 60, steps=12)
    page.wait_for_timeout(300)
    page.mouse.move(box["x"] + box["width"] * 0.92, box["y"] + 60, steps=3)
    page.mouse.up()
    page.wait_for_function("at => document.querySelector('.settings input[type=number]').value > at + 30", arg=clicked)
    page.close()


@pytest.mark.browser
@pytest.mark.slow
def test_every_button_changes_the_seed_and_sliders_stay_as_they_were_left(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{app_address}/vae_explorer")
    for tab, button in (
        ("Latent dimensions", "New one"),
        ("Perturb", "New image"),
        ("Conditional (CVAE)", "New samples"),
    ):
        _open_tab(page, tab)
        seed = page.get_by_label("Seed").locator("visible=true").first
        seed.wait_for(timeout=60_000)
        page.get_by_role("button", name=button).locator("visible=true").click()
        page.wait_for_function("input => input.value !== '0'", arg=seed.element_handle(), timeout=30_000)
    _open_tab(page, "Latent dimensions")
    slider = page.get_by_label("number input for 1:").first
    page.wait_for_timeout(3000)  # until running calls have ended
    slider.fill("2.5")
    slider.press("Enter")
    _open_tab(page, "Perturb")
    _open_tab(page, "Latent dimensions")
    page.wait_for_timeout(1500)
    assert slider.input_value() == "2.5"
    page.close()


@pytest.mark.browser
@pytest.mark.slow
def test_a_drawn_digit_is_interpolated(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 1200})
    page.goto(f"{app_address}/vae_explorer")
    _open_tab(page, "Interpolate")
    strips = page.locator(".stage img:visible").nth(1)
    strips.wait_for(timeout=120_000)
    before = strips.get_attribute("src")
    page.get_by_text("Draw one", exact=True).click()
    canvas = page.locator("canvas:visible").first
    page.locator(".sketch [aria-label=Brush].highlight").wait_for(timeout=30_000)
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y - 60)
    page.mouse.down()
    page.mouse.move(x, y + 60, steps=15)
    page.mouse.up()
    page.get_by_role("button", name="From this").click()
    page.wait_for_function(
        "src => { const shown = [...document.querySelectorAll('.stage img')].filter(image => image.offsetParent);"
        " return shown.length > 1 && shown[1].src !== src; }",
        arg=before,
        timeout=60_000,
    )
    page.close()


def _open_tab(page: Any, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()
