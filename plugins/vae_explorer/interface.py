"""The VAE explorer's page: one tab for each idea of what a code is, and what a space of codes should be."""

from __future__ import annotations

import gradio as gr

from core.plugin import Plugin
from core.web import pages

from .tabs import comparison, conditional, latent_space, morph, training

TABS = {
    "Map": latent_space.lay_out_map,
    "Numbers": latent_space.lay_out_sliders,
    "Morph": morph.lay_out,
    "Compress": comparison.lay_out_compression,
    "Noise": latent_space.lay_out_noise,
    "Loss": comparison.lay_out_losses,
    "Classes": conditional.lay_out,
    "Training": training.lay_out,
}


def build_interface(plugin: Plugin) -> gr.Blocks:
    """Return the page."""
    return pages.tabbed(plugin, TABS)
