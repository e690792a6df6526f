"""Browsers are told of what a page shows; the API's documentation and its clients know all endpoints as before."""

from __future__ import annotations

from typing import Any

import gradio as gr
import pytest

from core.web.browser_config import ENDPOINT, LeanBlocks

COUNT_PROXIES = """
window.proxies = { ofComponents: 0, ofEvents: 0, ofOthers: 0 };
window.Proxy = new Proxy(Proxy, { construct(kind, [target, handler]) {
  const isEvent = "targets" in target && "backend_fn" in target, isComponent = "skip_api" in target;
  proxies[isEvent ? "ofEvents" : isComponent ? "ofComponents" : "ofOthers"]++;
  return Reflect.construct(kind, [target, handler]);
} });
"""


def build(kind: type[gr.Blocks]) -> gr.Blocks:
    """Return an app with a slider that a page shows, and with an endpoint that takes a picture and returns a text."""
    with kind() as app, gr.Row():
        shown = gr.Slider(label="Strength")
        shown.change(lambda strength: strength, shown, shown, api_visibility="private")
        with gr.Column(visible=False, elem_classes=ENDPOINT):
            picture, text = gr.Image(label="Picture"), gr.Textbox(label="Found")
        gr.on([], lambda picture: "", picture, text, api_name="find")
    app.config = app.get_config_file()
    return app


def labels(components: list[dict[str, Any]]) -> set[str]:
    return {each["props"].get("label") for each in components if each["type"] in {"slider", "image", "textbox"}}


def ids_of(layout: dict[str, Any]) -> set[int]:
    return {layout["id"]}.union(*map(ids_of, layout.get("children", [])))


def test_a_page_is_told_of_what_it_shows_and_the_app_of_all() -> None:
    config = build(LeanBlocks).config
    page = config["page"][""]
    on_page = [each for each in config["components"] if each["id"] in page["components"]]
    assert labels(config["components"]) == {"Strength", "Picture", "Found"}
    assert labels(on_page) == {"Strength"}
    assert ids_of(page["layout"]) - {page["layout"]["id"]} == {each["id"] for each in on_page}
    assert not any(key.startswith("api_info") for each in on_page for key in each)
    assert page["dependencies"] == [each["id"] for each in config["dependencies"]]


@pytest.mark.parametrize("page", [None, ""])
def test_the_documentation_of_the_api_is_the_same(page: str | None) -> None:
    lean, whole = (build(kind).get_api_info(page=page) for kind in (LeanBlocks, gr.Blocks))
    assert lean == whole
    assert [each["label"] for each in lean["named_endpoints"]["/find"]["parameters"]] == ["Picture"]


@pytest.mark.browser
def test_gradio_reads_components_and_events_of_a_page_without_proxies(browser: Any, app_address: str) -> None:
    page = browser.new_page()
    page.add_init_script(COUNT_PROXIES)
    page.goto(f"{app_address}/denoiser")
    page.wait_for_selector("h1")
    assert page.evaluate("[proxies.ofComponents, proxies.ofEvents]") == [0, 0]
    assert page.evaluate("proxies.ofOthers") > 0
    page.close()
