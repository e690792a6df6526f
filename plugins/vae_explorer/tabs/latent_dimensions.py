"""The tab "Latent dimensions": a slider for each dimension of a VAE's latent vector."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr
import numpy as np

from core.errors import UserError, choose
from core.imaging.images import Floats, Image
from core.plugin import Plugin
from core.training.cats import CREDIT
from core.web import pages
from core.web.pages import Page
from core.web.sheets import write_picture

from .. import example_images
from . import controls, visitor_images
from .encodings import mean_kl_by_dimension

INTRODUCTION = (
    "**What each latent dimension encodes.** They are sorted by their KL divergence from the prior: how much they "
    "tell about an image, in nats (1 nat is 1.44 bits). The last ones are inactive (collapsed): the network does not "
    "use them, and moving them changes nothing."
)
MORE_DIMENSIONS = "The other dimensions, which matter less"
IMAGE_LABEL = "The decoded image"
SOURCE_LABEL, SOURCE_INFO = "Latent vector", "What the sliders start from."
IMAGE, ZERO, RANDOM, DRAWING, SLIDERS = SOURCES = "a test image", "all zero", "random", "your drawing", "the sliders"
SEED_INFO, SEED_BUTTON = "Of the test image, or of the random vector.", "New one"
SKETCH_TITLE, SKETCH_LABEL, USE_BUTTON = "Draw one", "Draw", "Use this drawing"
NO_DRAWING = f"Nothing is drawn yet: draw an image, and press “{USE_BUTTON}”."
ACTIVE_LABEL, INACTIVE_LABEL = "{}: KL {:.1f} nats", "{}: inactive"

NETWORKS = {"cats": "cats_vae_32", "digits": "mnist_vae_binary", "clothes": "fashion_vae_16"}
FIRST = next(iter(NETWORKS))
MAX_SLIDERS, SHOWN_SLIDERS = 32, 10  # the others are folded
FIRST_SEED = 16
ACTIVE_NATS = 0.05  # mean KL divergence above which a dimension is called active
RANGE = 3.0  # standard deviations of the prior to each side


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            subject = controls.subject_radio(NETWORKS)
            source = gr.Radio(SOURCES, value=IMAGE, label=SOURCE_LABEL, info=SOURCE_INFO)
            seed = pages.seed_with_button(SEED_INFO, SEED_BUTTON, FIRST_SEED)
            sketch, use = _lay_out_sketchpad()
            status = page.status("")
            gr.Markdown(CREDIT)
        with pages.column("stage"), gr.Row(elem_classes="latent-dimensions"):
            image = pages.result_picture(IMAGE_LABEL, show_label=False)
            sliders = _lay_out_sliders()
    drawing = gr.State(None)
    inputs = [subject, source, seed, drawing, *sliders]
    demo = page.bind(choose_latent, [opened, subject, source, seed], inputs, [image, *sliders], status)
    demo.start_at(use.click, lambda drawn: (pages.write_sketch(drawn), DRAWING), [sketch], [drawing, source])
    page.bind(decode_sliders, sliders, [subject, *sliders], [image, source], status, live=True)


def _lay_out_sliders() -> list[gr.Slider]:
    """Return a slider for each dimension, those of the least KL divergence folded."""
    with gr.Column():
        with gr.Row(elem_classes="latent-sliders"):
            sliders = [_slider(i) for i in range(1, SHOWN_SLIDERS + 1)]
        with gr.Accordion(MORE_DIMENSIONS, open=False), gr.Row(elem_classes="latent-sliders"):
            return [*sliders, *(_slider(i) for i in range(SHOWN_SLIDERS + 1, MAX_SLIDERS + 1))]


def _slider(dimension: int) -> gr.Slider:
    return gr.Slider(-RANGE, RANGE, 0, step=0.05, label=f"{dimension}", min_width=220)


def _lay_out_sketchpad() -> tuple[gr.Sketchpad, gr.Button]:
    """Return a folded sketchpad, and the button that uses its drawing."""
    with gr.Accordion(SKETCH_TITLE, open=False) as drawer:
        sketch = pages.sketchpad(SKETCH_LABEL, drawer.expand)
        return sketch, gr.Button(USE_BUTTON, size="sm")


def choose_latent(
    plugin: Plugin,
    subject: str = FIRST,
    source: str = IMAGE,
    seed: int = FIRST_SEED,
    drawing: str | None = None,
    *latent: float,
) -> tuple[Any, ...]:
    """Choose and decode a latent vector, and return the value and the KL divergence of each of its dimensions.

    The page also gives the values of its sliders: a link to a vector that was set by hand holds them.

    Args:
        subject: "cats", "digits" or "clothes".
        source: "a test image", whose latent vector is used, "all zero", or "random".
        seed: seed of the test image or of the random vector.
    """
    checkpoint = choose(NETWORKS, subject, "data set")
    kl = mean_kl_by_dimension(plugin, checkpoint)
    if source == SLIDERS:
        chosen = _read_sliders(latent, len(kl))
    else:
        chosen = _find_latent(plugin, checkpoint, source, int(seed or 0), drawing).clip(-RANGE, RANGE)
    image = write_picture(plugin.run("decode", chosen, checkpoint=checkpoint), "decoded")
    sliders = [
        gr.Slider(value=round(float(value), 2), label=_slider_label(i, nats), visible=True)
        for i, (value, nats) in enumerate(zip(chosen, kl, strict=True), 1)
    ]
    return image, *sliders, *[gr.Slider(visible=False)] * (MAX_SLIDERS - len(sliders))


def _find_latent(plugin: Plugin, checkpoint: str, source: str, seed: int, drawing: str | None) -> Floats:
    """Return the latent vector (dimensions,) of a `source`."""
    known: dict[str, Callable[[], Floats]] = {
        IMAGE: lambda: encode(example_images.choose_random(data, 1, seed).pictures[0]),
        ZERO: lambda: np.zeros(dimensions, np.float32),
        RANDOM: lambda: np.random.default_rng(seed).standard_normal(dimensions, np.float32),
        DRAWING: lambda: encode(_read_drawing(drawing, data)),
    }
    data, dimensions = checkpoint.split("_")[0], len(mean_kl_by_dimension(plugin, checkpoint))

    def encode(picture: Image) -> Floats:
        latent: Floats = plugin.run("encode", picture[None], checkpoint=checkpoint).mean[0]
        return latent

    return choose(known, source, "latent vector")()


def _read_drawing(drawing: str | None, data: str) -> Image:
    if drawing is None:
        raise UserError(NO_DRAWING)
    return visitor_images.read(drawing, data)


def decode_sliders(plugin: Plugin, subject: str = FIRST, *latent: float) -> tuple[str, str]:
    """Decode a latent vector.

    Args:
        subject: "cats", "digits" or "clothes".
        latent: its values, each from -3 to 3: 32 for "cats" and "digits", 16 for "clothes".
    """
    checkpoint = choose(NETWORKS, subject, "data set")
    vector = _read_sliders(latent, len(mean_kl_by_dimension(plugin, checkpoint)))
    return write_picture(plugin.run("decode", vector, checkpoint=checkpoint), "decoded"), SLIDERS


def _read_sliders(values: Sequence[float], dimensions: int) -> Floats:
    """Return the latent vector (dimensions,) of the first sliders' values."""
    if len(values) < dimensions or not all(isinstance(value, int | float) for value in values):
        raise UserError(f"The latent vector has {len(values)} values: give {dimensions} numbers.")
    return np.array(values[:dimensions], np.float32)


def _slider_label(dimension: int, nats: float) -> str:
    return (ACTIVE_LABEL if nats > ACTIVE_NATS else INACTIVE_LABEL).format(dimension, nats)
