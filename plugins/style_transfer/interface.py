"""The page of style transfer: in one pass, live, by optimization, and what one layer of the VGG encodes."""

from __future__ import annotations

import gradio as gr

from core.plugin import Plugin
from core.web import pages

from .tabs import fast, layers, live, optimize, video

TABS = {
    "Fast (AdaIN)": fast.lay_out,
    "Live": live.lay_out,
    "Video": video.lay_out,
    "Optimize (Gatys)": optimize.lay_out,
    "Inside a layer": layers.lay_out,
}


def build_interface(plugin: Plugin) -> gr.Blocks:
    """Return the page."""
    return pages.tabbed(plugin, TABS)
