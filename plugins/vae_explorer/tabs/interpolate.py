"""The tab "Interpolate": from one image to another between their latent vectors, compared with a cross-fade."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np

from core.errors import choose
from core.plugin import Plugin
from core.training.cats import CREDIT
from core.web import pages, sheets
from core.web.pages import Dropped, Page

from .. import example_images
from . import controls, visitor_images

INTRODUCTION = (
    "**From one image to another.** Halfway between two latent vectors is an image of its own. Halfway between two "
    "images, pixel by pixel, are two ghosts."
)
FIRST_LABEL, LAST_LABEL = "From", "To"
SEED_INFO, SEED_BUTTON = "Of the two test images, where you drop none.", "New pair"
ANIMATION_LABEL, STRIPS_CAPTION = "Animation", "Interpolations, to compare"
SPHERICAL_LABEL = "Along an arc (slerp)"
SPHERICAL_INFO = "Latent vectors keep their length on the way: the images in the middle are less of an average."
SKETCH_TITLE, SKETCH_LABEL, USE_AS_FIRST, USE_AS_LAST = "Draw one", "Draw", "From this", "To this"
VAE_ROW, AE_ROW, PIXEL_ROW = "VAE", "AE", "pixel fade"

NETWORKS = {"digits": "mnist_vae_16", "clothes": "fashion_vae_16", "cats": "cats_vae_32"}
FIRST = next(iter(NETWORKS))
AUTOENCODERS = {"mnist_vae_16": "mnist_ae_16"}  # to compare with
COLUMNS, CAT_COLUMNS = 12, 8  # images in a strip: fewer where they are larger
FRAMES = 24  # of the animation, in one direction


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            subject = controls.subject_radio(NETWORKS)
            with gr.Row():
                first = pages.picture_input(FIRST_LABEL, height=150)
                last = pages.picture_input(LAST_LABEL, height=150)
            seed = pages.seed_number(SEED_INFO)
            new_pair = gr.Button(SEED_BUTTON, variant="primary")
            status = page.status("")
            gr.Markdown(CREDIT)
        with pages.column("stage"):
            animation = gr.Image(label=ANIMATION_LABEL, type="filepath", interactive=False, buttons=["download"])
            strips = pages.captioned_image(STRIPS_CAPTION, pages.SHEET)
        with pages.column("settings"):
            spherical = gr.Checkbox(False, label=SPHERICAL_LABEL, info=SPHERICAL_INFO)
            sketch, *uses = _lay_out_sketchpad()
    inputs = [subject, first, last, seed, spherical]
    demo = page.bind(interpolate, [opened, *inputs], inputs, [animation, strips], status)
    demo.start_at(new_pair.click, lambda: (None, None, pages.random_seed()), [], [first, last, seed])
    for use, target in zip(uses, (first, last), strict=True):
        demo.start_at(use.click, lambda drawing: (pages.write_sketch(drawing),), [sketch], [target])


def _lay_out_sketchpad() -> tuple[gr.Sketchpad, gr.Button, gr.Button]:
    """Return a folded sketchpad, and the buttons that use the drawing as the first or as the last image."""
    with gr.Accordion(SKETCH_TITLE, open=False) as drawer:
        sketch = pages.sketchpad(SKETCH_LABEL, drawer.expand)
        with gr.Row():
            return sketch, gr.Button(USE_AS_FIRST, size="sm"), gr.Button(USE_AS_LAST, size="sm")


def interpolate(
    plugin: Plugin,
    subject: str = FIRST,
    first: Dropped = None,
    last: Dropped = None,
    seed: int = 0,
    spherical: bool = False,
) -> tuple[str, str]:
    """Interpolate between the latent vectors of two images: an animation, and strips to compare.

    Args:
        subject: "digits", "clothes" or "cats".
        first: the image to start from; left out, a test image.
        last: the image to end at; left out, a test image.
        seed: seed of the test images.
        spherical: whether to interpolate along an arc or linearly.
    """
    checkpoint = choose(NETWORKS, subject, "data set")
    data = checkpoint.split("_")[0]
    examples = example_images.choose_random(data, 2, int(seed or 0)).pictures
    ends = [
        example if dropped is None else visitor_images.read(dropped, data)
        for dropped, example in zip((first, last), examples, strict=True)
    ]
    frames = plugin.run("interpolate", *ends, steps=FRAMES, spherical=spherical, checkpoint=checkpoint)
    columns = CAT_COLUMNS if data == example_images.CATS else COLUMNS
    rows = {VAE_ROW: frames[np.linspace(0, FRAMES - 1, columns).round().astype(int)]}
    if checkpoint in AUTOENCODERS:
        rows[AE_ROW] = plugin.run("interpolate", *ends, steps=columns, checkpoint=AUTOENCODERS[checkpoint])
    fractions = np.linspace(0, 1, columns, dtype=np.float32)[:, None, None, None]
    rows[PIXEL_ROW] = (1 - fractions) * ends[0] + fractions * ends[1]
    return sheets.write_animation(frames, "interpolation"), sheets.write_rows(rows.items(), "interpolations")
