"""The tab "Attributes": a melody with more or fewer notes, or notes that are further apart."""

from __future__ import annotations

from typing import Any

import gradio as gr

from core.plugin import Plugin
from core.web import pages
from core.web.pages import Page

from .. import attributes, piano_roll
from . import players

INTRODUCTION = (
    "**A direction with a meaning.** From the latent vectors of a thousand melodies follows in which direction they "
    "get more notes: an attribute vector. Add some of it to the latent vector of a melody, and it gets more notes too."
)
DENSITY_LABEL = "Note density"
DENSITY_INFO = "How far along its vector: more notes to the right, longer ones to the left."
RANGE_LABEL, RANGE_INFO = "Range", "How far along its vector: highest and lowest note further apart to the right."
BEFORE_CAPTION, AFTER_CAPTION = "**As it was**", "**Changed**"
BEFORE_LABEL, AFTER_LABEL = "As it was", "Changed"
FINDINGS = "Notes per bar: **{:g} → {:g}**. Range in semitones: **{:g} → {:g}**."
FIRST, FIRST_DENSITY, MOST = 2, -4, 6


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            tune = players.tune_dropdown(FIRST)
            density = gr.Slider(-MOST, MOST, FIRST_DENSITY, step=0.5, label=DENSITY_LABEL, info=DENSITY_INFO)
            span = gr.Slider(-MOST, MOST, 0, step=0.5, label=RANGE_LABEL, info=RANGE_INFO)
            status = page.status("")
            findings = gr.Markdown()
            gr.Markdown(players.CREDIT)
        with pages.column("stage"):
            before = pages.captioned_image(BEFORE_CAPTION, pages.FILLING)
            sound_before = players.sound_player(BEFORE_LABEL)
            after = pages.captioned_image(AFTER_CAPTION, pages.FILLING)
            sound_after = players.sound_player(AFTER_LABEL)
            file = players.midi_file()
    inputs = [tune, density, span]
    outputs = [before, sound_before, after, sound_after, file, findings]
    page.bind(change_attributes, [opened, *inputs], inputs, outputs, status)


def change_attributes(
    plugin: Plugin, tune: str = "", density: float = FIRST_DENSITY, pitch_range: float = 0
) -> tuple[str, str, str, str, str, str]:
    """Change how many notes a melody has, and how far they are apart, by attribute vectors.

    Args:
        tune: the title of a tune, or two bars as words: such as D4, F#4, z (a rest), - (hold on).
        density: how far to go along the vector to more notes, -6 to 6.
        pitch_range: how far to go along the vector to notes that are further apart, -6 to 6.
    """
    melody = players.chosen(tune)
    performance = plugin.run("change_attributes", melody, density=density, pitch_range=pitch_range)
    measured = zip(*(attributes.measure(each[None])[0] for each in (melody, performance.melody)), strict=True)
    findings = FINDINGS.format(*(value for pair in measured for value in pair))
    roll, sound = pages.write_png(piano_roll.draw(melody), "melody"), players.write_melody(melody, "melody")
    return roll, sound, *players.write_performance(performance, "changed"), findings
