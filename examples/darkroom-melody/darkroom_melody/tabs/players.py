"""Components that a melody is chosen from, heard in and downloaded from, and the files that they hold."""

from __future__ import annotations

from typing import Any

import gradio as gr

from core.sounds import Sound
from core.web import pages

from .. import held_out, synthesis
from ..melody import Tokens
from ..midi import Midi
from ..performance import Performance

TUNE_LABEL = "Melody"
TUNE_INFO = "Two bars of a tune that was held out from training; or your own notes, copied from the tab Draw."
MIDI_LABEL = "MIDI file"
CREDIT = "Tunes: O'Neill's, Ryan's and Aird's books of 1782 to 1903, and traditional ones, by way of music21."
MIDI_HEIGHT = 90  # pixels


def tune_dropdown(first: int, label: str = TUNE_LABEL, info: str | None = TUNE_INFO) -> gr.Dropdown:
    """Return a choice of tunes, of which number `first` is chosen, that takes a text of notes, too."""
    titles = list(held_out.tunes())
    return gr.Dropdown(titles, value=titles[first], allow_custom_value=True, label=label, info=info)


def sound_player(label: str) -> gr.Audio:
    """Return the player of a sound, which offers it as a WAV file."""
    return gr.Audio(type="filepath", format="wav", interactive=False, label=label, buttons=["download"])


def midi_file() -> gr.File:
    """Return what offers a MIDI file for download."""
    return gr.File(label=MIDI_LABEL, interactive=False, height=MIDI_HEIGHT)


def write_performance(performance: Performance, name: str) -> tuple[str, str, str]:
    """Write the piano-roll, the sound and the MIDI file of what a verb has returned, and return their paths."""
    return (
        pages.write_png(performance.roll, name),
        pages.write_file(performance.sound, Sound, name),
        pages.write_file(performance.melody, Midi, name),
    )


def write_melody(melody: Tokens, name: str) -> str:
    """Write the sound of a melody as a WAV file and return its path."""
    return pages.write_file(synthesis.render(melody), Sound, name)


def chosen(tune: Any) -> Tokens:
    """Return the melody that a `tune_dropdown` holds, the first one where it holds none."""
    return held_out.read(str(tune or next(iter(held_out.tunes()))))
