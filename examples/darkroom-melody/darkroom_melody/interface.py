"""The melody plugin's page: a tab for each thing that can be done with two bars."""

from __future__ import annotations

import gradio as gr

from core.plugin import Plugin
from core.web import pages

from .tabs import attributes, draw, interpolate, sample

TABS = {
    "Draw": draw.lay_out,
    "Sample": sample.lay_out,
    "Interpolate": interpolate.lay_out,
    "Attributes": attributes.lay_out,
}


def build_interface(plugin: Plugin) -> gr.Blocks:
    """Return the page."""
    return pages.tabbed(plugin, TABS)
