"""The tab "Latent dimensions": a slider for each dimension of a VAE's latent vector."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np

from core.errors import UserError, choose
from core.plugin import Plugin
from core.web import pages
from core.web.pages import Page
from core.web.sheets import write_picture

from . import controls
from .encodings import mean_kl_by_dimension

INTRODUCTION = (
    "**What each latent dimension encodes.** They are sorted by their KL divergence from the prior: how much they "
    "tell about an image, in nats (1 nat is 1.44 bits). The last ones are inactive (collapsed): the network does not "
    "use them, and moving them changes nothing."
)
IMAGE_LABEL = "The decoded image"
SEED_INFO, SEED_BUTTON = "The same seed, the same latent vector.", "New latent vector"
ACTIVE_LABEL, INACTIVE_LABEL = "{}: KL {:.1f} nats", "{}: inactive"

NETWORKS = {"digits": "mnist_vae_binary", "clothes": "fashion_vae_16", "tiles of a game": "tiles_vae_32"}
MAX_SLIDERS = 32
ACTIVE_NATS = 0.05  # mean KL divergence above which a dimension is called active
RANGE = 3.0  # standard deviations of the prior to each side


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            subject = controls.subject_radio(NETWORKS)
            image = pages.result_picture(IMAGE_LABEL)
            seed = pages.seed_with_button(SEED_INFO, SEED_BUTTON)
            status = page.status("")
        with pages.column("stage"), gr.Row(elem_classes="latent-sliders"):
            sliders = [
                gr.Slider(-RANGE, RANGE, 0, step=0.05, label=f"{i + 1}", min_width=220) for i in range(MAX_SLIDERS)
            ]
    page.bind(sample_latent, [opened, subject, seed], [subject, seed], [image, *sliders], status)
    page.bind(decode_sliders, sliders, [subject, *sliders], [image], status, live=True)


def sample_latent(plugin: Plugin, subject: str = "digits", seed: int = 0) -> tuple[Any, ...]:
    """Decode a random latent vector, and return the value and the KL divergence of each of its dimensions.

    Args:
        subject: "digits", "clothes" or "tiles of a game".
        seed: seed of the latent vector.
    """
    checkpoint = choose(NETWORKS, subject, "data set")
    kl = mean_kl_by_dimension(plugin, checkpoint)
    latent = np.random.default_rng(int(seed or 0)).standard_normal(len(kl), np.float32).clip(-RANGE, RANGE)
    image = write_picture(plugin.run("decode", latent, checkpoint=checkpoint), "decoded")
    sliders = [
        gr.Slider(value=round(float(value), 2), label=_slider_label(i, nats), visible=True)
        for i, (value, nats) in enumerate(zip(latent, kl, strict=True), 1)
    ]
    return image, *sliders, *[gr.Slider(visible=False)] * (MAX_SLIDERS - len(sliders))


def decode_sliders(plugin: Plugin, subject: str = "digits", *latent: float) -> tuple[str]:
    """Decode a latent vector.

    Args:
        subject: "digits", "clothes" or "tiles of a game".
        latent: its values, each from -3 to 3: 32 for "digits" and "tiles of a game", 16 for "clothes".
    """
    checkpoint = choose(NETWORKS, subject, "data set")
    dimensions = len(mean_kl_by_dimension(plugin, checkpoint))
    if len(latent) < dimensions or not all(isinstance(value, int | float) for value in latent):
        raise UserError(f"The latent vector has {len(latent)} values: give {dimensions} numbers.")
    vector = np.array(latent[:dimensions], np.float32)
    return (write_picture(plugin.run("decode", vector, checkpoint=checkpoint), "decoded"),)


def _slider_label(dimension: int, nats: float) -> str:
    return (ACTIVE_LABEL if nats > ACTIVE_NATS else INACTIVE_LABEL).format(dimension, nats)
