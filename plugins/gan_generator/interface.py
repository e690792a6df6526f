"""The page of the GAN generator: tabs to generate and interpolate images, on its training, and a lab for a toy GAN."""

from __future__ import annotations

import gradio as gr

from core.plugin import Plugin
from core.web import pages

from .tabs import generate, interpolate, lab, training

TABS = {
    "Generate": generate.lay_out,
    "Interpolate": interpolate.lay_out,
    "Training": training.lay_out,
    "Lab": lab.lay_out,
}


def build_interface(plugin: Plugin) -> gr.Blocks:
    """Return the page."""
    return pages.tabbed(plugin, TABS)
