"""The tab where one picture becomes another: on the way between their codes, and, to compare, by fading."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np

from core.errors import choose
from core.imaging import images
from core.imaging.images import Image
from core.imaging.resizing import center_crop_resize
from core.plugin import Plugin
from core.web import pages, sheets
from core.web.pages import Dropped, Page

from .. import example_images
from .digit_input import fit_digit

NETWORKS = {"digits": "mnist_vae_16", "clothes": "fashion_vae_16", "tiles of a game": "tiles_vae_32"}
STEPS = 12  # pictures in a strip
FRAMES = 24  # of the animation, one way


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(
                "**From one to the other.** Halfway between two codes is a picture of its own. Halfway between two "
                "pictures, pixel by pixel, are two ghosts."
            )
            subject = gr.Radio(list(NETWORKS), value="digits", label="Of", info="What the network has learnt.")
            with gr.Row():
                first = pages.picture_input("From", height=150)
                last = pages.picture_input("To", height=150)
            seed = pages.seed_number("Of the two test pictures, where you drop none.")
            randomise = gr.Button("Another two", variant="primary")
            status = page.status("")
        with pages.column("stage"):
            animation = gr.Image(label="The way and back", type="filepath", interactive=False, buttons=["download"])
            strips = pages.captioned_image("The ways, to compare")
        with pages.column("settings"):
            spherical = gr.Checkbox(
                False,
                label="Along an arc",
                info="Variational codes keep their length on the way: the middle is less of an average.",
            )
            with gr.Accordion("Draw one", open=False) as drawer:
                sketch = pages.sketchpad("Draw", drawer.expand)
                with gr.Row():
                    as_first = gr.Button("From this", size="sm")
                    as_last = gr.Button("To this", size="sm")
    randomise.click(lambda: (None, None, pages.random_seed()), None, [first, last, seed], api_visibility="private")
    as_first.click(pages.write_sketch, sketch, first, api_visibility="private")
    as_last.click(pages.write_sketch, sketch, last, api_visibility="private")
    inputs = [subject, first, last, seed, spherical]
    triggers = [opened, *(part.change for part in inputs)]
    page.bind(morph, triggers, inputs, [animation, strips], status)


def morph(
    plugin: Plugin,
    subject: str = "digits",
    first: Dropped = None,
    last: Dropped = None,
    seed: int = 0,
    spherical: bool = False,
) -> tuple[str, str]:
    """Draw the way from one picture to another: an animation, and three strips to compare.

    Args:
        subject: "digits", "clothes" or "tiles of a game".
        first: the picture to start from; left out, a test picture.
        last: the picture to arrive at; left out, a test picture.
        seed: seed of the test pictures.
        spherical: whether the way between the codes is an arc, or straight.
    """
    checkpoint = choose(NETWORKS, subject, "subject")
    data = checkpoint.split("_")[0]
    drawn = example_images.draw_some(data, 2, int(seed or 0)).pictures
    ends = [
        own if (own := _read(dropped, data)) is not None else test
        for dropped, test in zip((first, last), drawn, strict=True)
    ]
    way = plugin.run("morph", *ends, steps=FRAMES, spherical=spherical, checkpoint=checkpoint)
    along = np.linspace(0, 1, STEPS, dtype=np.float32)[:, None, None, None]
    rows = {"variational": way[np.linspace(0, FRAMES - 1, STEPS).round().astype(int)]}
    if data == "mnist":
        rows["plain"] = plugin.run("morph", *ends, steps=STEPS, checkpoint="mnist_ae_16")
    rows["by pixels"] = (1 - along) * ends[0] + along * ends[1]
    return sheets.write_animation(way, "morph"), sheets.write_rows(rows.items(), "morph")


def _read(dropped: Dropped, data: str) -> Image | None:
    """Return what was dropped as the network wants it; a digit centred, as all that it has seen were."""
    if dropped is None:
        return None
    image = images.load(dropped)
    return (
        fit_digit(image) if data == "mnist" else center_crop_resize(image, example_images.read(data).pictures.shape[1:])
    )
