"""Draws melodies as piano-roll pictures: steps from left to right, pitches from bottom to top, rests below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageDraw, ImageFont

from core.imaging import images
from core.imaging.images import Image

from .melody import (
    FIRST_NOTE,
    HIGHEST,
    HOLD,
    LOWEST,
    PITCHES,
    REST,
    STEPS,
    STEPS_PER_BAR,
    TOKENS,
    Tokens,
    note_name,
    notes,
)

CELL_WIDTH, CELL_HEIGHT = 30, 18  # pixels
ROWS = PITCHES + 1  # the lowest one is for rests
STRIP_CELL, STRIP_GAP = 8, 4  # pixels of a cell of `draw_strips`, and between two melodies
BLACK_KEYS = (1, 3, 6, 8, 10)
WHITE_ROW, BLACK_ROW, REST_ROW = "#f4efe9", "#e6dfd7", "#d8cfc6"
STEP_LINE, BEAT_LINE, BAR_LINE = "#d9d0c7", "#b5a99e", "#5b5048"
NOTE_COLOR, NOTE_EDGE, LABEL_COLOR = "#c0392b", "#7b1d13", "#5b5048"


class Cell(NamedTuple):
    """A cell of a piano-roll: a step, and a pitch as MIDI counts, None for the row of rests."""

    step: int
    pitch: int | None


def draw(melody: Tokens) -> Image:
    """Return a melody (steps,) as a picture of `ROWS` rows with the names of its Cs."""
    size = len(melody) * CELL_WIDTH, ROWS * CELL_HEIGHT
    canvas = _draw_grid(size, CELL_WIDTH, CELL_HEIGHT)
    pen = ImageDraw.Draw(canvas)
    for note in notes(melody):
        _draw_cell(pen, note.start, HIGHEST - note.pitch, note.length, (CELL_WIDTH, CELL_HEIGHT))
    for step in np.flatnonzero(melody == REST):
        _draw_cell(pen, int(step), PITCHES, 1, (CELL_WIDTH, CELL_HEIGHT))
    font = ImageFont.load_default(CELL_HEIGHT - 4)
    for pitch in range(LOWEST, HIGHEST + 1):
        if pitch % 12 == 0:
            top = (HIGHEST - pitch) * CELL_HEIGHT
            pen.text((3, top + CELL_HEIGHT / 2), note_name(pitch), fill=LABEL_COLOR, font=font, anchor="lm")
    pen.text((3, size[1] - CELL_HEIGHT / 2), "rest", fill=LABEL_COLOR, font=font, anchor="lm")
    return images.from_uint8(np.asarray(canvas))


def draw_strips(rows: Sequence[Tokens]) -> list[Image]:
    """Return a strip of small rolls for each row of melodies (n, steps), all of the same pitches: those that occur."""
    tokens = np.concatenate([row.ravel() for row in rows])
    pitches = tokens[tokens >= FIRST_NOTE] if (tokens >= FIRST_NOTE).any() else np.array([TOKENS // 2])
    top, bottom = (TOKENS - 1 - int(pitch) for pitch in (pitches.max(), pitches.min()))
    shown = slice(max(0, top - 1) * STRIP_CELL, (bottom + 2) * STRIP_CELL)
    return [np.concatenate([_draw_small(melody)[shown] for melody in row], axis=1) for row in rows]


def toggle(melody: Tokens, cell: Cell) -> Tokens:
    """Return a melody with a note, or a rest, that begins at a cell; without it where one begins there already."""
    changed = melody.copy()
    token = REST if cell.pitch is None else cell.pitch - LOWEST + FIRST_NOTE
    changed[cell.step] = HOLD if melody[cell.step] == token else token
    if changed[0] == HOLD:
        changed[0] = REST
    return changed


def cell_at(x: float, y: float) -> Cell:
    """Return the cell of a two-bar roll at a pixel of `draw`."""
    step = min(max(int(x / CELL_WIDTH), 0), STEPS - 1)
    row = min(max(int(y / CELL_HEIGHT), 0), PITCHES)
    return Cell(step, None if row == PITCHES else HIGHEST - row)


def _draw_small(melody: Tokens) -> Image:
    """Return a melody (steps,) as a small roll without labels, with a gap to the next one on its right."""
    width = len(melody) * STRIP_CELL
    canvas = _draw_grid((width + STRIP_GAP, ROWS * STRIP_CELL), STRIP_CELL, STRIP_CELL)
    pen = ImageDraw.Draw(canvas)
    for note in notes(melody):
        _draw_cell(pen, note.start, HIGHEST - note.pitch, note.length, (STRIP_CELL, STRIP_CELL))
    pen.rectangle((width, 0, width + STRIP_GAP, ROWS * STRIP_CELL), BAR_LINE)
    return images.from_uint8(np.asarray(canvas))


def _draw_grid(size: tuple[int, int], width: int, height: int) -> pillow.Image:
    """Return the empty rows, with lines between steps where there is room, between beats and between bars."""
    canvas = pillow.new("RGB", size, WHITE_ROW)
    pen = ImageDraw.Draw(canvas)
    for row in range(ROWS):
        if row == PITCHES or (HIGHEST - row) % 12 in BLACK_KEYS:
            color = REST_ROW if row == PITCHES else BLACK_ROW
            pen.rectangle((0, row * height, size[0], (row + 1) * height - 1), color)
    for step in range(size[0] // width):
        if step % 4 == 0 or width == CELL_WIDTH:
            color = BAR_LINE if step % STEPS_PER_BAR == 0 else BEAT_LINE if step % 4 == 0 else STEP_LINE
            pen.line((step * width, 0, step * width, size[1]), color)
    return canvas


def _draw_cell(pen: ImageDraw.ImageDraw, step: int, row: int, length: int, cell: tuple[int, int]) -> None:
    """Draw what begins at a step and goes on for some."""
    width, height = cell
    box = step * width + 1, row * height + 1, (step + length) * width - 2, (row + 1) * height - 2
    color = LABEL_COLOR if row == PITCHES else NOTE_COLOR
    pen.rectangle(box, color, NOTE_EDGE if height == CELL_HEIGHT else None)
