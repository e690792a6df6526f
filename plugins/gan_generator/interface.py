"""The page of the GAN generator: tabs to generate, edit and mix images, a game, on its training, and a lab."""

from __future__ import annotations

import gradio as gr

from core.plugin import Plugin
from core.web import pages

from .tabs import edit, game, generate, interpolate, lab, mix, training

TABS = {
    "Generate": generate.lay_out,
    "Edit": edit.lay_out,
    "Mix": mix.lay_out,
    "Interpolate": interpolate.lay_out,
    "Which is real?": game.lay_out,
    "Training": training.lay_out,
    "Lab": lab.lay_out,
}


def build_interface(plugin: Plugin) -> gr.Blocks:
    """Return the page."""
    return pages.tabbed(plugin, TABS)
