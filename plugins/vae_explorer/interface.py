"""The VAE explorer's page: one tab for each idea of what a code is, and what a space of codes should be."""

from __future__ import annotations

import gradio as gr

from core import pages
from core.plugin import Plugin

from . import comparing, conditions, formation, morphing, walking

TABS = {
    "Map": walking.lay_out_map,
    "Numbers": walking.lay_out_sliders,
    "Morph": morphing.lay_out,
    "Compress": comparing.lay_out_compression,
    "Noise": walking.lay_out_noise,
    "Loss": comparing.lay_out_losses,
    "Classes": conditions.lay_out,
    "Training": formation.lay_out,
}


def build_interface(plugin: Plugin) -> gr.Blocks:
    """Return the page."""
    return pages.tabbed(plugin, TABS)
