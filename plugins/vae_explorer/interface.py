"""The VAE explorer's page: one tab for each idea of what a code is, and what a space of codes should be."""

from __future__ import annotations

import gradio as gr

from core.pages import Page
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
FIRST = next(iter(TABS))  # each is laid out with the event at which it is opened, and draws then


def build_interface(plugin: Plugin) -> gr.Blocks:
    """Return the page."""
    page = Page(plugin)
    with page.blocks:
        page.header()
        with gr.Tabs():
            for name, lay_out in TABS.items():
                with gr.Tab(name) as tab:
                    opened = gr.State(False)  # a tab draws when it is opened, not each time that it is returned to
                    tab.select(lambda: True, None, opened, api_visibility="private")
                    lay_out(page, page.blocks.load if name == FIRST else opened.change)
        page.footer()
    return page.blocks
