"""The GAN generator's page: what it draws, the ways between, how it learnt, and a lab to see it go wrong."""

from __future__ import annotations

import gradio as gr

from core import pages
from core.plugin import Plugin

from . import generating, lab, learning, walking

TABS = {
    "Generate": generating.lay_out,
    "Walk": walking.lay_out,
    "Training": learning.lay_out,
    "Lab": lab.lay_out,
}


def build_interface(plugin: Plugin) -> gr.Blocks:
    """Return the page."""
    return pages.tabbed(plugin, TABS)
