"""The components that pages are built of."""

from __future__ import annotations

import base64
from pathlib import Path

import gradio as gr
import pytest
from gradio.data_classes import ImageData

from core.web import components


def test_a_dropped_picture_reaches_its_handler_undecoded() -> None:
    picture = components.picture_input("Your photo")
    encoded = base64.b64encode(b"no picture at all").decode()
    assert picture.preprocess(None) is None
    assert picture.preprocess(ImageData(path="/tmp/beach.jpg")) == "/tmp/beach.jpg"
    assert picture.preprocess(ImageData(url=f"data:image/png;base64,{encoded}")) == b"no picture at all"


@pytest.mark.parametrize("url", ["https://example.org/beach.jpg", "data:image/png;base64,*", "data:,"])
def test_an_address_without_base64_data_is_refused(url: str) -> None:
    with pytest.raises(gr.Error, match="upload the file itself"):
        components.picture_input("Your photo").preprocess(ImageData(url=url))


def test_an_update_of_a_picture_input_keeps_what_it_does() -> None:
    with gr.Blocks():
        first = components.picture_input("Your photo")
    again = type(first)(**first.constructor_args)  # as Gradio does at each update
    assert again.preprocess(ImageData(path="/tmp/beach.jpg")) == "/tmp/beach.jpg"
    assert again.get_config()["name"] == gr.Image().get_config()["name"]


def test_no_stub_file_is_written_beside_our_components() -> None:
    assert not list(Path(components.__file__).parent.glob("*.pyi"))


def test_results_are_sent_to_the_browser_as_png() -> None:
    with gr.Blocks():
        assert components.result_picture("Result").format == "png"
        assert components.captioned_image("Result").format == "png"


def test_random_seeds_differ() -> None:
    seeds = {components.random_seed() for _ in range(20)}
    assert len(seeds) > 15
    assert all(0 <= seed < components.LAST_SEED for seed in seeds)
