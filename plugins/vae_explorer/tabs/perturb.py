"""The tab "Perturb": what noise added to a latent vector does to the decoded image, for a VAE and an autoencoder."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np

from core.errors import check_range
from core.imaging.images import Floats, Image
from core.plugin import Plugin
from core.training.cats import CREDIT
from core.web import pages
from core.web.pages import Page
from core.web.sheets import write_rows

from .. import example_images
from .cat_sheets import write_cats
from .encodings import encode_test_images

INTRODUCTION = (
    "**Noise in the latent vector.** Each row starts with the same image and moves its latent vector further and "
    "further in a random direction. Near a VAE's latent vector are others that are decoded to good images; near an "
    "autoencoder's (AE) may be a hole."
)
NOISE_LABEL, NOISE_INFO = "Noise", "In standard deviations of the latent vectors of all images."
SEED_INFO, SEED_BUTTON = "Of the image and the noise.", "New image"
VAE_CAPTION = "**VAE**, 16 latent dimensions: more noise to the right"
AE_CAPTION = "**AE**, 16 latent dimensions"
CATS_CAPTION = "**VAE of cats**, 32 latent dimensions: noise of the same length, in twice as many directions"
ROW_LABEL = "direction {}"

DIMENSIONS, CAT_DIMENSIONS = 16, 32
DIRECTIONS, CAT_DIRECTIONS = 3, 2  # rows
STEPS, CAT_STEPS = 10, 8  # images in a row: fewer where they are larger
CAT_CHECKPOINT = "cats_vae_32"
MAX_NOISE = 3.0  # standard deviations


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            noise = gr.Slider(0, MAX_NOISE, 1.5, step=0.05, label=NOISE_LABEL, info=NOISE_INFO)
            seed = pages.seed_with_button(SEED_INFO, SEED_BUTTON)
            status = page.status("")
            gr.Markdown(CREDIT)
        with pages.column("stage"):
            by_vae = pages.captioned_image(VAE_CAPTION, pages.SHEET)
            by_ae = pages.captioned_image(AE_CAPTION, pages.SHEET)
            cats = pages.captioned_image(CATS_CAPTION, pages.SHEET)
    page.bind(add_latent_noise, [opened, noise, seed], [noise, seed], [by_vae, by_ae, cats], status)


def add_latent_noise(plugin: Plugin, noise: float = 1.5, seed: int = 0) -> tuple[str, str, str]:
    """Decode the latent vectors of a digit and of a cat with more and more noise added.

    Args:
        noise: the largest amount, in standard deviations of the latent vectors of all images, 0 to 3; for the cat so
            much less that it is as long in 32 dimensions as in 16.
        seed: seed of the digit, of the cat and of the noise.
    """
    check_range("noise", noise, 0, MAX_NOISE)
    random = np.random.default_rng(int(seed or 0))
    digit, cat = (_choose(subject, random) for subject in ("mnist", example_images.CATS))
    offsets, cat_offsets = (
        noise * np.linspace(0, 1, steps, dtype=np.float32)[:, None] * _directions(dimensions, random)
        for steps, dimensions in ((STEPS, DIMENSIONS), (CAT_STEPS, CAT_DIMENSIONS))
    )
    by_vae, by_ae = (_write_perturbed(plugin, f"mnist_{kind}_{DIMENSIONS}", digit, offsets) for kind in ("vae", "ae"))
    labels = [ROW_LABEL.format(i) for i in range(1, CAT_DIRECTIONS + 1)]
    as_long = np.float32((DIMENSIONS / CAT_DIMENSIONS) ** 0.5)
    perturbed = _perturb(plugin, CAT_CHECKPOINT, cat, as_long * cat_offsets[:CAT_DIRECTIONS])
    return by_vae, by_ae, write_cats(labels, perturbed, "perturbed_cats")


def _choose(subject: str, random: np.random.Generator) -> Image:
    """Return a random test image of a data set."""
    known = example_images.read(subject).pictures
    chosen: Image = known[random.integers(len(known))]
    return chosen


def _directions(dimensions: int, random: np.random.Generator) -> Floats:
    return random.standard_normal((DIRECTIONS, 1, dimensions), np.float32)


def _write_perturbed(plugin: Plugin, checkpoint: str, image: Image, offsets: Floats) -> str:
    """Return a sheet with a row for each of `offsets`."""
    rows = _perturb(plugin, checkpoint, image, offsets)
    return write_rows([(ROW_LABEL.format(i), row) for i, row in enumerate(rows, 1)], f"perturbed_{checkpoint}")


def _perturb(plugin: Plugin, checkpoint: str, image: Image, offsets: Floats) -> list[Image]:
    """Return a row of images for each of `offsets` (rows, steps, dimensions), in standard deviations."""
    deviations = encode_test_images(plugin, checkpoint).mean.std(axis=0)
    latent = plugin.run("encode", image[None], checkpoint=checkpoint).mean
    return [plugin.run("decode", latent + offset * deviations, checkpoint=checkpoint) for offset in offsets]
