"""The tab "Conditional (CVAE)": samples of a chosen class, and the style of one image in every class."""

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

INTRODUCTION = (
    "**Conditional VAE.** Because the decoder is given the class, the latent vector stores only style: slant, "
    "thickness, width. So you can choose the class, and write every digit in one handwriting."
)
CLASS_LABEL, CLASS_INFO = "Class", "The digit to sample."
SEED_INFO, SEED_BUTTON = "Of the styles, and of the test image.", "New samples"
SAMPLES_CAPTION = "Samples: random latent vectors, decoded as the chosen class"
STYLES_CAPTION = "A test image, then its latent vector decoded as every class"
SAMPLES_LABEL, STYLES_LABEL = "samples", "its style"

CHECKPOINT = "mnist_cvae"
LABELS = {name: label for label, name in enumerate(example_images.CLASS_NAMES["mnist"])}
ROWS, COLUMNS = 3, 10


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            digit = gr.Radio(list(LABELS), value="3", label=CLASS_LABEL, info=CLASS_INFO)
            seed = pages.seed_with_button(SEED_INFO, SEED_BUTTON)
            status = page.status("")
        with pages.column("stage"):
            samples = pages.captioned_image(SAMPLES_CAPTION, pages.SHEET)
            styles = pages.captioned_image(STYLES_CAPTION, pages.SHEET)
    page.bind(sample_class, [opened, digit, seed], [digit, seed], [samples, styles], status)


def sample_class(plugin: Plugin, digit: str = "3", seed: int = 0) -> tuple[str, str]:
    """Sample digits of one class, and decode the latent vector of a test image of that class as all ten classes.

    Args:
        digit: the class, "0" to "9".
        seed: seed of the samples' latent vectors, and of the test image.
    """
    label, seed = choose(LABELS, str(digit), "digit"), int(seed or 0)
    samples = plugin.run("sample", ROWS * COLUMNS, seed=seed, labels=(label,), checkpoint=CHECKPOINT)
    rows = samples.reshape(ROWS, COLUMNS, *samples.shape[1:])
    row_labels = SAMPLES_LABEL, *[""] * (ROWS - 1)
    return write_rows(zip(row_labels, rows, strict=True), "samples"), _write_styles(plugin, label, seed)


def _write_styles(plugin: Plugin, label: int, seed: int) -> str:
    """Return a row of a random test image of class `label` and its latent vector decoded as every class."""
    known = example_images.read("mnist")
    candidates = np.flatnonzero(known.labels == label)
    image = known.pictures[np.random.default_rng(seed).choice(candidates)][None]
    style = plugin.run("encode", image, labels=(label,), checkpoint=CHECKPOINT).mean
    latents, labels = style.repeat(len(LABELS), 0), tuple(LABELS.values())
    restyled = plugin.run("decode", latents, labels=labels, checkpoint=CHECKPOINT)
    return write_rows([(STYLES_LABEL, np.concatenate([image, restyled]))], "styles")
