"""Addresses of tabs and settings: read, written, and in a browser copied and opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from starlette.datastructures import QueryParams

from core.plugin import Plugin
from core.web import components, links


def handler(
    plugin: Plugin, photo: str, noise: float, automatic: bool, names: list[str], shown: list[int], *latent: float
) -> None: ...


@pytest.fixture
def tabs() -> Iterator[list[links.Tab]]:
    with gr.Blocks():
        photo = components.picture_input("Photo")
        components.examples([Path("/examples/beach.jpg")], photo, also={})
        first, second = (links.Tab(slug, gr.State(False)) for slug in ("first", "second"))
        names = gr.Dropdown(["Klimt", "Turner"], multiselect=True)
        shown, number, unnamed = gr.CheckboxGroup([("a", 0), ("b", 1)]), gr.Number(0, precision=0), gr.HTML()
        second.add(handler, [photo, gr.Slider(0, 75), gr.Checkbox(), names, shown, number, unnamed])
        yield [first, second]


def test_a_link_opens_its_tab_with_its_settings(tabs: list[links.Tab]) -> None:
    query = QueryParams("tab=second&photo=beach&noise=2.5&automatic=true&names=Klimt&names=Turner&shown=1&latent1=7")
    slug, values = links.restore(tabs, query)
    assert slug == "second"
    assert list(values.values()) == ["/examples/beach.jpg", 2.5, True, ["Klimt", "Turner"], [1], 7]
    assert [*links.restore(tabs, QueryParams("tab=second&shown="))[1].values()] == [[]]


@pytest.mark.parametrize(
    "wrong",
    ["noise=76", "noise=x", "noise=nan", "photo=..", "automatic=2", "names=Goya", "shown=2", "latent2=1", "other=1"],
)
def test_what_a_link_says_wrongly_is_left_out(tabs: list[links.Tab], wrong: str) -> None:
    assert links.restore(tabs, QueryParams(f"tab=second&{wrong}")) == ("second", {})


def test_an_address_without_a_tab_opens_the_first(tabs: list[links.Tab]) -> None:
    for query in ("", "tab=third", "noise=3"):
        assert links.restore(tabs, QueryParams(query)) == ("first", {})


def test_a_tab_is_named_in_links_by_the_words_of_its_title() -> None:
    assert links.slug("Noise input (what it invents)") == "noise-input-what-it-invents"


@pytest.mark.browser
def test_a_copied_link_restores_the_picture_and_every_control(browser: Any, app_address: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{app_address}/denoiser")
    page.get_by_text("bundled weights").wait_for(timeout=120_000)
    page.locator(".source .gallery-item").nth(3).click()
    page.get_by_text("Done in").wait_for(timeout=60_000)
    page.get_by_label("White noise, level by hand").check()
    sigma = page.get_by_label("number input for Noise level")
    sigma.fill("45.5")
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Copied:").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    assert link.endswith(
        "/denoiser?tab=denoise-a-photo&photo=tea-gardens&method=White+noise%2C+level+by+hand&sigma=45.5"
    )
    assert page.get_by_role("button", name="Copy embed code").is_hidden()
    page.evaluate("document.body.classList.add('embeddable')")
    page.get_by_role("button", name="Copy embed code").click()
    page.get_by_text("Copied: HTML").wait_for()
    frame = page.evaluate("navigator.clipboard.readText()")
    assert frame.startswith(f'<iframe src="{link.replace("&", "&amp;")}" title="Denoiser - Darkroom"')
    page.goto("about:blank")
    page.goto(link)
    page.get_by_text("σ = 45.5").wait_for(timeout=60_000)
    assert sigma.input_value() == "45.5"
    assert sigma.is_enabled()
    assert page.title() == "Denoiser - Darkroom"
    context.close()


@pytest.mark.browser
def test_a_tab_that_is_chosen_before_the_server_answers_stays(browser: Any, app_address: str) -> None:
    page = browser.new_page()
    page.route("**/queue/join*", lambda route: None)
    page.goto(f"{app_address}/every_kind?tab=text&times=4")
    page.get_by_role("tab", name="Sound").click()
    page.wait_for_url("**/every_kind?tab=sound")
    page.unroute("**/queue/join*")  # which lets those that are held go on
    page.wait_for_function("document.querySelector('[aria-label=\"number input for Times\"]')?.value === '4'")
    assert page.get_by_role("tab", name="Sound").get_attribute("aria-selected") == "true"
    page.close()


@pytest.mark.browser
@pytest.mark.slow
def test_a_tab_has_an_address_of_its_own(browser: Any, app_address: str) -> None:
    page = browser.new_page()
    page.goto(f"{app_address}/vae_explorer?tab=perturb&seed=3&noise=2.5")
    page.locator(".status:visible").get_by_text("Done in").wait_for(timeout=120_000)
    assert page.get_by_role("tab", name="Perturb").get_attribute("aria-selected") == "true"
    assert page.get_by_label("Seed").locator("visible=true").input_value() == "3"
    assert page.url.endswith("?tab=perturb&seed=3&noise=2.5")
    page.get_by_role("tab", name="Conditional (CVAE)").click()
    page.wait_for_url("**/vae_explorer?tab=conditional-cvae")
    page.close()
