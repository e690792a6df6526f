"""The style transfer's page: a photo painted at once, or patiently, and the loss that does it."""

from __future__ import annotations

import gradio as gr

from core.plugin import Plugin
from core.web import pages

from .tabs import instant, iterative, layers

TABS = {
    "At once": instant.lay_out,
    "Patiently": iterative.lay_out,
    "What the loss sees": layers.lay_out,
}


def build_interface(plugin: Plugin) -> gr.Blocks:
    """Return the page."""
    return pages.tabbed(plugin, TABS)
