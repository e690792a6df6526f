"""A visitor's drawing on the maps of the tab "Map": where each network puts it, and what it reconstructs of it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import gradio as gr

from core.errors import UserError, choose
from core.imaging.images import Image
from core.plugin import Plugin
from core.web import pages
from core.web.pages import Dropped, Page

from .. import example_images
from . import visitor_images
from .encodings import test_images
from .map_networks import NETWORKS, SUBJECTS, checkpoints, encode, nearest_test_images
from .map_rendering import write_strip

TITLE, SKETCH_LABEL, USE_BUTTON = "Draw one: where does it land?", "Draw", "Show it on the maps"
LANDED = "**The crosses are your drawing.** Most of the {} test images around it are, on each map: {}."
OF_CLASS = "{}: {}"
STRIP_LABEL = "Your drawing, then what each network reconstructs of it"
NO_DRAWING = f"Nothing is drawn yet: draw an image, and press “{USE_BUTTON}”."
AROUND = 10  # test images that say what a drawing is taken for


def lay_out(page: Page, subject: gr.Radio) -> gr.State:
    """Lay out and wire the folded part; return the state that holds the drawing's file."""
    drawing = gr.State(None)
    with gr.Accordion(TITLE, open=False) as drawer:
        sketch = pages.sketchpad(SKETCH_LABEL, drawer.expand)
        use = gr.Button(USE_BUTTON, variant="primary", size="sm")
        status = page.status("")
        words = gr.Markdown()
        shown = pages.captioned_image(STRIP_LABEL, pages.SHEET)
    demo = page.bind(place_drawing, [], [drawing, subject], [shown, words], status)
    demo.start_at(use.click, lambda drawn: (pages.write_sketch(drawn),), [sketch], [drawing])
    return drawing


def place_drawing(plugin: Plugin, drawing: Dropped, subject: str = "digits") -> tuple[Any, ...]:
    """Encode a drawing by each network of the maps: returns the reconstructions, and the classes it lies among.

    Args:
        drawing: an image of one digit or piece of clothing, such as a drawing, dark on light.
        subject: "digits" or "clothes".
    """
    data = choose(SUBJECTS, subject, "data set")
    image = read(drawing, data)
    strip, landed = [image], []
    for name, checkpoint in zip(NETWORKS.values(), checkpoints(data), strict=False):
        latent = encode(plugin, checkpoint, image)
        strip.append(plugin.run("decode", latent[None], checkpoint=checkpoint)[0])
        nearest = nearest_test_images(plugin, checkpoint, latent, AROUND)
        ((label, _),) = Counter(test_images(checkpoint).labels[nearest].tolist()).most_common(1)
        landed.append(OF_CLASS.format(name, example_images.CLASS_NAMES[data][label]))
    return write_strip(strip, "your_drawing"), LANDED.format(AROUND, ", ".join(landed))


def read(drawing: Dropped, data: str) -> Image:
    """Return a drawing in the shape of the test images. Raises UserError where there is none."""
    if drawing is None:
        raise UserError(NO_DRAWING)
    return visitor_images.read(drawing, data)
