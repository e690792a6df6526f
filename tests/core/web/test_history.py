"""The last results of a visitor: kept over a reload in the browser, compared two at a time, cleared by a button."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from core import sounds
from core.kinds import Sources
from core.plugin import Plugin
from core.web import history
from core.web.batches import Demo
from core.web.comparison import comparison

ENTRIES = ".history:visible [data-entry]"
DONE = ".status:visible:has-text('Done in')"


def results_of(plugin: Plugin, *outputs: Any, inputs: Any = ()) -> Any:
    return history.results_of(Demo(plugin, lambda plugin: (), inputs, outputs))


def test_the_comparison_is_remembered_or_else_the_first_picture(denoiser: Plugin) -> None:
    with gr.Blocks():
        picture, words, pair, other = gr.Image(), gr.Markdown(), comparison("Pair"), gr.Image()
    assert results_of(denoiser, words, picture, pair) == [pair]
    assert results_of(denoiser, words, picture, other) == [picture]
    assert results_of(denoiser, words) == []


def test_results_of_all_kinds_are_remembered_but_what_is_the_same_again(denoiser: Plugin) -> None:
    with gr.Blocks():
        picture, sound, text, table = gr.Image(), gr.Audio(), gr.Textbox(), gr.Dataframe()
        midi, download = gr.File(), gr.DownloadButton()
    assert results_of(denoiser, sound, text, picture, midi, download) == [picture, sound, text, midi]
    assert results_of(denoiser, table, download) == [table, download]
    assert results_of(denoiser, text, table, inputs=[text]) == [table]


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
        page.locator(f"{ENTRIES} button").nth(i).click()
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


TABS = {  # of the page of every kind: the button of each, and a file
    "Text": ("Repeat", ""),
    "Table": ("Sum up", "a.csv"),
    "Sound": ("Reverse", "a.wav"),
    "Chords": ("Double", "a.chords"),
}


def open_tab(page: Any, name: str) -> Any:
    """Open a tab, and return the button that runs its demo once that is there."""
    page.get_by_role("tab", name=name).click()
    button = page.locator("button:visible", has_text=TABS[name][0]).last
    button.wait_for()
    return button


@pytest.mark.browser
def test_results_of_other_kinds_are_shown_each_in_its_way_after_a_reload_too(
    browser: Any, app_address: str, tmp_path: Path
) -> None:
    sounds.save(sounds.make_samples()[0], tmp_path / "a.wav", Sources())
    (tmp_path / "a.csv").write_text("x,y\n1,2\n3,4\n")
    (tmp_path / "a.chords").write_text("C G")
    page = browser.new_page()
    page.goto(f"{app_address}/every_kind")
    page.get_by_label("number input for Times").fill("2")
    for tab, (_, file) in TABS.items():
        button = open_tab(page, tab)
        if file:
            page.locator("[role=tabpanel]:visible input[type=file]").first.set_input_files(tmp_path / file)
        if tab == "Table":
            page.get_by_text("4", exact=True).locator("visible=true").wait_for()
        button.click()
        page.locator(DONE).wait_for()
    for is_reloaded in (False, True):
        if is_reloaded:
            page.reload()
        shown = {}
        for tab in TABS:
            open_tab(page, tab)
            page.locator(".history:visible .label-wrap").click()
            page.locator(ENTRIES).wait_for()  # one each
            shown[tab] = page.locator(ENTRIES).inner_text().split()
        assert shown["Text"] == ["ab", "<b>ab", "<b>", "Times:", "2"]
        assert shown["Table"] == ["column", "sum", "x", "4", "y", "6", "sums.csv"]
        assert (page.locator(".history audio").get_attribute("src") or "").endswith("reversed.wav")
        assert shown["Chords"] == ["doubled.chords"]
    link = page.locator(".history a[download='doubled.chords']").get_attribute("href")
    assert page.request.get(link).text() == "C C G G"
    page.close()
