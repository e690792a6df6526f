"""The tab of the network that is told the class: it draws any class, and one picture's style in every class."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np

from core.errors import choose
from core.plugin import Plugin
from core.web import pages
from core.web.pages import Page
from core.web.sheets import write_rows

from .. import example_images

CHECKPOINT = "mnist_cvae"
ROWS, COLUMNS = 3, 10


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(
                "**Told the class, a code need not say it.** What is left for it to say is style: slant, thickness, "
                "width. So a class can be ordered, and one hand can write them all."
            )
            digit = gr.Radio(list(example_images.CLASSES["mnist"]), value="3", label="Draw", info="The class to order.")
            seed = pages.seed_with_button("Of the styles, and of the picture.", "Other styles")
            status = page.status("")
        with pages.column("stage"):
            samples = pages.captioned_image("Drawn from scratch")
            restyled = pages.captioned_image("A test picture, then its style in every class")
    triggers = [opened, digit.change, seed.change]
    page.bind(draw_class, triggers, [digit, seed], [samples, restyled], status)


def draw_class(plugin: Plugin, digit: str = "3", seed: int = 0) -> tuple[str, str]:
    """Draw digits of one class, and a test picture's style in all ten classes.

    Args:
        digit: the class, "0" to "9".
        seed: seed of the digits' styles, and of the test picture.
    """
    labels = {name: label for label, name in enumerate(example_images.CLASSES["mnist"])}
    label, seed = choose(labels, str(digit), "digit"), int(seed or 0)
    drawn = plugin.run("sample", ROWS * COLUMNS, seed=seed, labels=(label,), checkpoint=CHECKPOINT)
    known = example_images.read("mnist")
    own = np.flatnonzero(known.labels == label)
    picture = known.pictures[np.random.default_rng(seed).choice(own)]
    style = plugin.run("encode", picture[None], labels=(label,), checkpoint=CHECKPOINT).mean
    every = tuple(labels.values())
    restyled = plugin.run("decode", style.repeat(len(every), 0), labels=every, checkpoint=CHECKPOINT)
    rows = drawn.reshape(ROWS, COLUMNS, *picture.shape)
    samples = write_rows(zip(("drawn", "", ""), rows, strict=True), "samples")
    return samples, write_rows([("its style", np.concatenate([picture[None], restyled]))], "styles")
