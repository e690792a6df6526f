"""The tab "Attributes": cats of a chosen accessory and color, by attribute vectors."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np

from core.errors import choose
from core.imaging.images import Image
from core.plugin import Plugin
from core.training import cats
from core.web import pages
from core.web.pages import Page

from .. import attribute_vectors
from ..attribute_vectors import NAMES, AttributeVectors
from .cat_sheets import write_cats
from .encodings import encode_test_images, test_images

INTRODUCTION = (
    "**Conditions without labels.** The VAE of cats was trained without labels. Yet the mean latent vector of the cats "
    "with a hat, minus that of all cats, is the direction to a hat: an attribute vector. Add it, and a cat gets one."
)
ACCESSORY_LABEL, ACCESSORY_INFO = "Accessory", "Which attribute vector is added."
COLOR_LABEL, COLOR_INFO, ANY = "Color", "A second attribute vector.", "any"
SEED_INFO, SEED_BUTTON = "Of the samples, and of the held-out cat.", "New cats"
SAMPLES_CAPTION = "**Samples** with this accessory and color"
MOVED_CAPTION = "**One held-out cat**, its latent vector moved to every accessory"
LABELS = ("samples",)
MOVED_LABELS = "accessories", ""

CHECKPOINT = "cats_vae_32"
FIRST_ACCESSORY = "black hat"
COLUMNS = 8


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            accessory = gr.Dropdown(
                list(NAMES["accessory"]), value=FIRST_ACCESSORY, label=ACCESSORY_LABEL, info=ACCESSORY_INFO
            )
            color = gr.Dropdown([ANY, *NAMES["body"]], value=ANY, label=COLOR_LABEL, info=COLOR_INFO)
            seed = pages.seed_with_button(SEED_INFO, SEED_BUTTON)
            status = page.status("")
            gr.Markdown(cats.CREDIT)
        with pages.column("stage"):
            samples = pages.captioned_image(SAMPLES_CAPTION, pages.SHEET)
            moved = pages.captioned_image(MOVED_CAPTION, pages.SHEET)
    settings = [accessory, color, seed]
    page.bind(sample_attributes, [opened, *settings], settings, [samples, moved], status)


def sample_attributes(
    plugin: Plugin, accessory: str = FIRST_ACCESSORY, color: str = ANY, seed: int = 0
) -> tuple[str, str]:
    """Sample cats with an accessory and a color, and move the latent vector of a held-out cat to every accessory.

    Args:
        accessory: such as "black hat", "typewriter" or "nothing".
        color: "any", or such as "wine red", "green" or "lilac".
        seed: seed of the samples, and of the held-out cat.
    """
    chosen = {"accessory": _choose("accessory", accessory, ACCESSORY_LABEL.lower())}
    if color != ANY:
        chosen["body"] = _choose("body", color, COLOR_LABEL.lower())
    vectors, random = find_attribute_vectors(plugin), np.random.default_rng(int(seed or 0))
    latents = vectors.sample(len(LABELS) * COLUMNS, chosen, random)
    sampled: Image = plugin.run("decode", latents, checkpoint=CHECKPOINT)
    rows = sampled.reshape(len(LABELS), COLUMNS, *sampled.shape[1:])
    return write_cats(LABELS, rows, "samples"), _write_moved(plugin, vectors, random)


def find_attribute_vectors(plugin: Plugin) -> AttributeVectors:
    """Return those of accessories and colors, from the test images."""

    def find() -> AttributeVectors:
        values = cats.attribute_values(test_images(CHECKPOINT).labels)
        columns = {name: values[:, list(cats.ATTRIBUTES).index(name)] for name in NAMES}
        latents = encode_test_images(plugin, CHECKPOINT).mean
        return attribute_vectors.find(latents, columns, cats.ATTRIBUTES)

    return plugin.cached(("attribute vectors", CHECKPOINT), find)


def _write_moved(plugin: Plugin, vectors: AttributeVectors, random: np.random.Generator) -> str:
    """Return rows of a random held-out cat moved to all accessories."""
    known = test_images(CHECKPOINT)
    index = random.integers(len(known.labels))
    latent = encode_test_images(plugin, CHECKPOINT).mean[index]
    values = dict(zip(cats.ATTRIBUTES, cats.attribute_values(known.labels[index : index + 1])[0], strict=True))
    moved = vectors.move(latent, "accessory", values["accessory"])
    cats_shown: Image = plugin.run("decode", moved, checkpoint=CHECKPOINT)
    return write_cats(MOVED_LABELS, cats_shown.reshape(len(MOVED_LABELS), COLUMNS, *cats_shown.shape[1:]), "moved")


def _choose(attribute: str, name: str, what: str) -> int:
    return choose({each: value for value, each in enumerate(NAMES[attribute])}, name, what)
