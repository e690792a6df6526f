"""The tab "VAE and GAN": held-out cats, what a VAE makes of them, its samples, and those of a GAN."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np

from core.plugin import Plugin
from core.training.cats import CREDIT
from core.web import pages
from core.web.pages import Page

from .. import example_images
from ..sharpness import sharpness
from . import controls
from .cat_sheets import write_cats

INTRODUCTION = (
    "**A VAE blurs, a GAN does not.** Where its latent vector leaves open what a pixel is, a VAE's best guess is the "
    "average of all that it could be. A GAN's discriminator takes no average for real, so its generator has to decide. "
    "In return a GAN has no encoder: it cannot tell which latent vector an image has."
)
CAPTION = (
    "**The same cats, learned by both.** The number is the sharpness of {} images of each kind, their mean absolute "
    "Laplacian"
)
HELD_OUT, RECONSTRUCTED, SAMPLED, GENERATED = "held out", "VAE:\nits copy", "VAE:\nsamples", "GAN:\nsamples"
ROW_LABEL = "{}\n{:.3f}"

CHECKPOINT = "cats_vae_32"
COLUMNS, MEASURED = 8, 36  # images in a row; for the sharpness


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        seed, status = controls.test_images_column(page, INTRODUCTION)
        with pages.column("stage"):
            sheet = pages.captioned_image(CAPTION.format(MEASURED), pages.SHEET)
            gr.Markdown(CREDIT)
    page.bind(compare_with_gan, [opened, seed], [seed], [sheet], status)


def compare_with_gan(plugin: Plugin, seed: int = 0) -> tuple[str]:
    """Show held-out cats, their reconstructions by a VAE, its samples, and those of a GAN, with their sharpness.

    Args:
        seed: seed of the held-out cats, and of the samples.
    """
    held_out = example_images.choose_random(example_images.CATS, MEASURED, int(seed or 0)).pictures
    generated = np.random.default_rng(int(seed or 0)).permutation(example_images.read_gan_samples())
    rows = {
        HELD_OUT: held_out,
        RECONSTRUCTED: plugin.run("reconstruct", held_out, checkpoint=CHECKPOINT),
        SAMPLED: plugin.run("sample", MEASURED, seed=int(seed or 0), checkpoint=CHECKPOINT),
        GENERATED: generated,
    }
    labels = [ROW_LABEL.format(name, sharpness(row)) for name, row in rows.items()]
    return (write_cats(labels, [row[:COLUMNS] for row in rows.values()], "vae_and_gan"),)
