"""The last results of a visitor: kept over a reload in the browser, compared two at a time, cleared by a button."""

from __future__ import annotations

from typing import Any

import gradio as gr
import pytest

from core.plugin import Plugin
from core.web import history
from core.web.batches import Demo
from core.web.comparison import comparison

ENTRIES = ".history:visible [data-entry]"


def test_the_comparison_is_remembered_or_else_the_first_picture(denoiser: Plugin) -> None:
    def outputs_of(*outputs: Any) -> Any:
        return history.result_of(Demo(denoiser, lambda plugin: (), [], outputs))

    with gr.Blocks():
        picture, words, pair = gr.Image(), gr.Markdown(), comparison("Pair")
    assert outputs_of(words, picture, pair) is pair
    assert outputs_of(words, picture) is picture
    assert outputs_of(words) is None


@pytest.mark.browser
def test_two_results_are_compared_and_survive_a_reload_until_they_are_cleared(browser: Any, app_address: str) -> None:
    page = browser.new_page()
    page.goto(f"{app_address}/denoiser")
    noise = page.get_by_label("number input for Add noise")
    page.locator(".history .label-wrap").first.click()
    for i, sigma in enumerate(("10", "40"), 1):
        noise.fill(sigma)
        noise.press("Enter")
        page.locator(ENTRIES).nth(i - 1).wait_for(timeout=120_000)
    assert "Add noise, σ: 40" in page.locator(ENTRIES).first.inner_text()
    results = [page.locator(f"{ENTRIES} img").nth(i).get_attribute("src") for i in (0, 1)]
    for i in (0, 1):
        page.locator(ENTRIES).nth(i).click()
    page.locator(".history .comparison:not(.empty)").wait_for()
    shown = [
        page.locator(f".history .comparison {each}").get_attribute("src") for each in ("img.after", "div.before img")
    ]
    assert shown == results  # the older one on the left
    page.reload()
    page.locator(".history .label-wrap").first.click()
    page.locator(ENTRIES).nth(1).wait_for()
    page.locator(".history:visible").get_by_role("button", name="Clear").click()
    page.get_by_text("Nothing yet: each result").locator("visible=true").wait_for()
    page.reload()
    page.locator(".history .label-wrap").first.click()
    page.get_by_text("Nothing yet: each result").locator("visible=true").wait_for()
    page.close()
