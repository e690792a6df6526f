"""The tab "Draw": a melody is picked or drawn on a piano-roll, heard, and reconstructed."""

from __future__ import annotations

from typing import Any

import gradio as gr

from core.plugin import Plugin
from core.web import pages
from core.web.pages import Page

from .. import held_out, piano_roll
from ..melody import FIRST_NOTE, STEPS, describe, parse
from . import players

INTRODUCTION = (
    "**A melody as a point.** The encoder turns two bars into a latent vector of 96 numbers, and the decoder makes a "
    "melody of these alone. Pick a tune, or draw one on the piano-roll: a click on a cell, or the arrow keys and "
    "Enter, begins a note there, or removes the one that begins there. On a phone the roll is scrolled sideways."
)
TUNE_INFO = "Two bars of a tune that was held out from training."
NOTES_LABEL = "Notes"
NOTES_INFO = "A word for each sixteenth of a bar: a note begins, z is a rest, - holds on. Copy them to the other tabs."
ROLL_CAPTION = "**Your melody**: the lowest row is for rests"
RECONSTRUCTION_CAPTION = "**Reconstruction** from the latent vector"
SOUND_LABEL, RECONSTRUCTED_LABEL = "Your melody", "Its reconstruction"
FINDINGS = "**{} of 32 steps** and **{} of {} notes** are reconstructed as they were."
FIRST = 0


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    first = list(held_out.tunes().values())[FIRST]
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            tune = gr.Dropdown(list(held_out.tunes()), label=players.TUNE_LABEL, info=TUNE_INFO)
            tune.value = list(held_out.tunes())[FIRST]
            notes = gr.Textbox(first, lines=4, label=NOTES_LABEL, info=NOTES_INFO)
            status = page.status("")
            findings = gr.Markdown()
            gr.Markdown(players.CREDIT)
        with pages.column("stage"):
            grid = f"{pages.grid_classes(STEPS, piano_roll.ROWS)} {pages.FILLING} piano-roll"
            drawn = pages.captioned_image(ROLL_CAPTION, grid)
            sound = players.sound_player(SOUND_LABEL)
            decoded = pages.captioned_image(RECONSTRUCTION_CAPTION, pages.FILLING)
            reconstructed = players.sound_player(RECONSTRUCTED_LABEL)
            file = players.midi_file()
    clicks = gr.State(0)
    tune.input(_choose, [tune, clicks], [notes, clicks], api_visibility="private")
    drawn.select(_draw, [notes, clicks], [notes, clicks], api_visibility="private")
    outputs = [drawn, sound, decoded, reconstructed, file, findings]
    page.bind(reconstruct, [opened, clicks.change, notes], [notes], outputs, status)


def reconstruct(plugin: Plugin, notes: str = "") -> tuple[str, str, str, str, str, str]:
    """Reconstruct a melody from its latent vector: piano-rolls and sounds of both.

    Args:
        notes: two bars as up to 32 words, one for each sixteenth: such as D4, F#4, z (a rest), - (hold on).
    """
    melody = parse(notes)
    performance = plugin.run("reconstruct", melody)
    is_right, is_note = performance.melody == melody, melody >= FIRST_NOTE
    findings = FINDINGS.format(is_right.sum(), (is_right & is_note).sum(), is_note.sum())
    roll = pages.write_png(piano_roll.draw(melody), "melody")
    sound = players.write_melody(melody, "melody")
    return roll, sound, *players.write_performance(performance, "reconstruction"), findings


def _choose(title: str, clicks: int) -> tuple[str, int]:
    """Return the notes of a tune."""
    return held_out.tunes()[title], clicks + 1


def _draw(event: gr.SelectData, notes: str, clicks: int) -> tuple[str, int]:
    """Return the notes with one that begins at the clicked cell, or without the one that began there."""
    changed = piano_roll.toggle(parse(notes), piano_roll.cell_at(*event.index))
    return describe(changed), clicks + 1
