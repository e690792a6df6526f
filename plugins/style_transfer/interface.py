"""The style transfer's page: a photo painted at once, or patiently, and the loss that does it."""

from __future__ import annotations

import gradio as gr

from core import pages
from core.plugin import Plugin

from . import patience, revealing, stylising

TABS = {
    "At once": stylising.lay_out,
    "Patiently": patience.lay_out,
    "What the loss sees": revealing.lay_out,
}


def build_interface(plugin: Plugin) -> gr.Blocks:
    """Return the page."""
    return pages.tabbed(plugin, TABS)
