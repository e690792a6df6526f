"""The VAE explorer's page: a tab for each idea of what a latent space is and does."""

from __future__ import annotations

import gradio as gr

from core.plugin import Plugin
from core.web import pages

from .tabs import (
    attributes,
    conditional,
    interpolate,
    latent_dimensions,
    latent_map,
    loss_functions,
    perturb,
    reconstruct,
    training,
    vae_and_gan,
)

TABS = {
    "Map": latent_map.lay_out,
    "Latent dimensions": latent_dimensions.lay_out,
    "Interpolate": interpolate.lay_out,
    "Reconstruct": reconstruct.lay_out,
    "Perturb": perturb.lay_out,
    "Loss functions": loss_functions.lay_out,
    "Conditional (CVAE)": conditional.lay_out,
    "Attributes": attributes.lay_out,
    "VAE and GAN": vae_and_gan.lay_out,
    "Training": training.lay_out,
}


def build_interface(plugin: Plugin) -> gr.Blocks:
    """Return the page."""
    return pages.tabbed(plugin, TABS)
