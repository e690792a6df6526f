"""The tab "Sample": new melodies, from random latent vectors."""

from __future__ import annotations

from typing import Any

import gradio as gr

from core.plugin import Plugin
from core.web import pages
from core.web.pages import Page

from ..melody import describe
from . import players

INTRODUCTION = (
    "**New melodies.** During training, latent vectors were held close together, so that there are no holes between "
    "them. A random vector from among them decodes to a melody that nobody has written."
)
SEED_INFO, SEED_BUTTON = "Of the latent vector: the same seed gives the same melody.", "New melody"
TEMPERATURE_LABEL = "Temperature"
TEMPERATURE_INFO = "What the random numbers are multiplied by: near 0, every melody is the average one."
ROLL_CAPTION, SOUND_LABEL, NOTES_LABEL = "**Sample**", "Sample", "Notes"
NOTES_INFO = "Copy them to the tab Draw, or as one end of an interpolation."


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            seed = pages.seed_with_button(SEED_INFO, SEED_BUTTON)
            temperature = gr.Slider(0, 2, 0.6, step=0.1, label=TEMPERATURE_LABEL, info=TEMPERATURE_INFO)
            status = page.status("")
            notes = gr.Textbox(lines=4, label=NOTES_LABEL, info=NOTES_INFO, buttons=["copy"])
        with pages.column("stage"):
            roll = pages.captioned_image(ROLL_CAPTION, pages.FILLING)
            sound = players.sound_player(SOUND_LABEL)
            file = players.midi_file()
    page.bind(sample, [opened, seed, temperature], [seed, temperature], [roll, sound, file, notes], status)


def sample(plugin: Plugin, seed: int = 0, temperature: float = 0.6) -> tuple[str, str, str, str]:
    """Decode a random latent vector to a melody.

    Args:
        seed: of the latent vector.
        temperature: what its standard deviation is multiplied by, 0 to 2.
    """
    performance = plugin.run("sample", seed=int(seed or 0), temperature=temperature)
    return *players.write_performance(performance, f"sample_{int(seed or 0)}"), describe(performance.melody)
