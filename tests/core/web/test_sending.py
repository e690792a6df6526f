"""Results that are sent on to another page: in full quality, and only the visitor's own."""

from __future__ import annotations

import json
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest

from core import registry
from core.engine import LocalEngine
from core.imaging import images
from core.imaging.images import Image
from core.web import components, home, sending, theme
from core.web.sending import Offer, Receiver

SEND = """(path) => {
  const file = { path, url: path, orig_name: "x.png", meta: { _type: "gradio.FileData" } };
  sessionStorage.setItem("darkroom.sent", JSON.stringify({ file, origin: "Nowhere" }));
}"""
DONE = ".status:has-text('Done in')"
SHOWN = "text => [...document.querySelectorAll('textarea')].some(each => each.value === text)"
CHANGES_TEXT = """
import gradio as gr
from core.web import pages

def change(plugin, text: str):
    return (text.{}(),)

def lay_out(page, opened):
    text = pages.text_input("Text")
    page.bind(change, [opened, text], [text], [gr.Textbox(label="Result")], page.status(""))

def build_interface(plugin):
    return pages.tabbed(plugin, {{"Change": lay_out}})
"""


def test_the_first_input_of_files_receives_and_outputs_do_not() -> None:
    with gr.Blocks():
        shown, strength = gr.Image(interactive=False), gr.Slider()
        photo, sound = components.picture_input("Photo"), gr.Audio(type="filepath")
    assert sending.find([strength, shown, photo, sound]) is photo
    assert sending.find([sound]) is sound
    assert sending.find([strength, shown]) is None


def test_only_pages_that_take_files_are_offered() -> None:
    with gr.Blocks():
        receiver = Receiver("enlarge", "Enlarge", components.picture_input("Photo"))
    offers = sending.offers_of({"large": ("Larger", receiver), "quiet": ("Quiet", None)})
    assert offers == [Offer("Larger", "Enlarge", "large", "enlarge", "image")]


def test_a_title_cannot_bring_html_into_the_page(tmp_path: Path) -> None:
    with gr.Blocks():
        receiver, note = Receiver("a", "A", components.picture_input("Photo")), gr.HTML()
    values = sending.receive(receiver, note, str(tmp_path / "b.png"), '<img src="x">')
    assert "<img" not in str(values[note].value)


@pytest.fixture(scope="module")
def deep(tmp_path_factory: pytest.TempPathFactory, picture: Image) -> Path:
    """A small image of 16 bits per channel with transparency."""
    path = tmp_path_factory.mktemp("deep") / "deep.png"
    alpha = np.full((60, 80, 1), 0.5, np.float32)
    images.save(np.concatenate([picture[:60, :80], alpha], -1), path, depth=16)
    return path


@pytest.mark.browser
def test_a_result_goes_on_to_another_page_in_full_quality(browser: Any, app_address: str, deep: Path) -> None:
    page = browser.new_page()
    page.goto(f"{app_address}/denoiser")
    page.get_by_label("Remove Image").first.click()
    page.locator(".source input[type=file]").first.set_input_files(str(deep))
    page.locator(DONE).wait_for()
    page.locator(".comparison .use-in").first.click()
    page.get_by_role("menuitem", name="Super-resolver: Enlarge").click()
    page.locator(".origin").wait_for()
    assert page.locator(".origin").inner_text() == "From Denoiser: deep_denoised.png, 16 bits per channel"
    page.locator(DONE).wait_for()
    result = page.locator(".comparison img.after").first.get_attribute("src")
    with urllib.request.urlopen(result) as answer:
        enlarged = answer.read()
    assert (images.bit_depth(enlarged), images.load(enlarged).shape) == (16, (240, 320, 4))
    page.locator("button.gallery-item").first.click()
    page.locator(".origin").wait_for(state="hidden")
    page.close()


@pytest.mark.browser
def test_a_file_of_the_server_is_not_received(browser: Any, app_address: str) -> None:
    page = browser.new_page()
    page.goto(f"{app_address}/denoiser")
    page.evaluate(SEND, str(Path(__file__).parents[3] / "docs" / "denoiser.png"))
    with page.expect_response(lambda answer: "queue/join" in answer.url and answer.status == 403) as refused:
        page.reload()
    assert "was not uploaded here" in json.loads(refused.value.body())["detail"]
    page.close()


@pytest.mark.browser
def test_a_text_goes_on_from_page_to_page(browser: Any, plant: Any) -> None:
    for name, method in {"upper": "upper", "turned": "swapcase"}.items():
        folder = plant(name, interface=CHANGES_TEXT.format(method), model="", train="")
        (folder / "README.md").write_text("A card.")
    app = home.build_app([registry.find("upper"), registry.find("turned")], LocalEngine())
    scripts = sending.script(app.offers) + theme.load_scripts()
    with closing(app), closing(browser.new_page()) as page:
        _, address, _ = app.launch(prevent_thread_lock=True, quiet=True, js=scripts)
        page.goto(f"{address}upper")
        page.get_by_label("Text").fill("Zoë says “yes”")
        page.get_by_label("Text").press("Control+Enter")
        page.wait_for_function(SHOWN, arg="ZOË SAYS “YES”")
        page.get_by_role("button", name="Use in").click()
        page.get_by_role("menuitem", name="Planted: Change").last.click()
        page.wait_for_url("**/turned?tab=change")
        assert page.locator(".origin").inner_text() == "From Planted: result.txt"
        page.wait_for_function(SHOWN, arg="zoë says “yes”")
