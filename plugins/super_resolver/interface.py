"""The super-resolver's page: upscale a photo, upscale noise, compare networks trained on different data."""

from __future__ import annotations

import gradio as gr

from core.plugin import Plugin
from core.web import pages

from .tabs import enlarge, noise_input, other_data

TABS = {
    "Enlarge": enlarge.lay_out,
    "Noise input (what it invents)": noise_input.lay_out,
    "Trained on other data": other_data.lay_out,
}


def build_interface(plugin: Plugin) -> gr.Blocks:
    """Return the page."""
    return pages.tabbed(plugin, TABS)
