"""The tab "Interpolate": from one melody to another, in the latent space and in data space."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np

from core.plugin import Plugin
from core.web import charts, pages, sheets
from core.web.charts import Axes
from core.web.pages import Page

from .. import piano_roll, scoring
from ..melody import STEPS, Tokens
from ..midi import Midi
from . import players

INTRODUCTION = (
    "**From one melody to another.** Each melody on the way is decoded from a latent vector between both. Below it, "
    "the way in data space: each step is taken from one of both melodies at random. Listen to both ways."
)
FROM_LABEL, TO_LABEL = "From", "To"
COUNT_LABEL, COUNT_INFO = "Melodies", "How many there are on the way, both ends included."
SHEET_CAPTION = "**The way**, from left to right"
LATENT_ROW, DATA_ROW = "latent", "data"
LATENT_SOUND, DATA_SOUND = "The way in the latent space", "The way in data space"
CHART_LABEL = "Distance from the first melody"
AXES = Axes("melody", "steps that differ (%)")
FIRST, LAST, COUNT, MOST = 0, 1, 5, 9


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            first = players.tune_dropdown(FIRST, FROM_LABEL)
            last = players.tune_dropdown(LAST, TO_LABEL, None)
            count = gr.Slider(3, MOST, COUNT, step=1, label=COUNT_LABEL, info=COUNT_INFO)
            status = page.status("")
            gr.Markdown(players.CREDIT)
        with pages.column("stage"):
            sheet = pages.captioned_image(SHEET_CAPTION, pages.SHEET)
            sound = players.sound_player(LATENT_SOUND)
            mixed = players.sound_player(DATA_SOUND)
            distance = pages.chart(CHART_LABEL)
            file = players.midi_file()
    inputs = [first, last, count]
    page.bind(interpolate, [opened, *inputs], inputs, [sheet, sound, mixed, distance, file], status)


def interpolate(plugin: Plugin, first: str = "", last: str = "", count: int = COUNT) -> tuple[str, str, str, str, str]:
    """Interpolate between two melodies: a sheet of piano-rolls, the sounds of both ways, a chart, a MIDI file.

    Args:
        first: the title of a tune, or two bars as words: such as D4, F#4, z (a rest), - (hold on).
        last: the same, of the melody at the end.
        count: how many melodies there are on the way, 3 to 9.
    """
    ends = players.chosen(first), players.chosen(last)
    way = plugin.run("interpolate", *ends, count=int(count)).melody.reshape(-1, STEPS)
    mixed = scoring.mix(ends[0][None], ends[1][None], np.linspace(0, 1, len(way)))[0]
    curves = {LATENT_ROW: _distances(way), DATA_ROW: _distances(mixed)}
    return (
        _write_sheet(way, mixed),
        players.write_melody(way.ravel(), "interpolation"),
        players.write_melody(mixed.ravel(), "data_interpolation"),
        str(charts.render_curves(curves, AXES)),
        pages.write_file(way.ravel(), Midi, "interpolation"),
    )


def _write_sheet(way: Tokens, mixed: Tokens) -> str:
    rows = piano_roll.draw_strips([way, mixed])
    return sheets.write_labeled(np.concatenate(rows), (LATENT_ROW, DATA_ROW), "interpolation")


def _distances(way: Tokens) -> list[float]:
    """Return the percentage of steps at which each melody differs from the first one."""
    return [100 * float((melody != way[0]).mean()) for melody in way]
