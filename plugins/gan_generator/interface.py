"""The GAN generator's page: what it draws, the ways between, how it learnt, and a lab to see it go wrong."""

from __future__ import annotations

import gradio as gr

from core.plugin import Plugin
from core.web import pages

from .tabs import generate, interpolate, lab, training

TABS = {
    "Generate": generate.lay_out,
    "Walk": interpolate.lay_out,
    "Training": training.lay_out,
    "Lab": lab.lay_out,
}


def build_interface(plugin: Plugin) -> gr.Blocks:
    """Return the page."""
    return pages.tabbed(plugin, TABS)
