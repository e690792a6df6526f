"""Melodies as tokens: one of 42 for each sixteenth of a bar, as in MusicVAE.

A token begins a note, begins a rest, or holds on to what sounds. Roberts et al. 2018, https://arxiv.org/abs/1803.05428,
use the same three kinds, over more pitches.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError

Tokens = NDArray[np.int64]
"""A melody: (steps,). A batch of them: (n, steps)."""

STEPS_PER_BAR, BARS = 16, 2
STEPS = STEPS_PER_BAR * BARS  # of what the network takes
HOLD, REST, FIRST_NOTE = 0, 1, 2  # tokens; from FIRST_NOTE on, they begin the notes from LOWEST upward
LOWEST, PITCHES = 50, 40  # as MIDI counts: D3, up to F6
HIGHEST = LOWEST + PITCHES - 1
TOKENS = FIRST_NOTE + PITCHES
MAX_STEPS = 64 * STEPS

NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
HOLD_TEXT, REST_TEXT = "-", "z"  # z is the rest of ABC notation
NOTE = re.compile(r"([A-Ga-g])([#b]?)(\d)")
NOT_A_MELODY = (
    "{!r} is not a step of a melody: write a note such as D4, F#4 or Bb4 from D3 to F6, z for a rest, - to hold on."
)
TOO_LONG = "The melody has {} steps: write at most {}."


class Note(NamedTuple):
    """A note: its first step, how many steps it sounds, and its pitch as MIDI counts (60 is C4)."""

    start: int
    length: int
    pitch: int


def token_of(pitch: int) -> int:
    """Return the token that begins a note; one out of range is moved by octaves into it."""
    while pitch < LOWEST:
        pitch += 12
    while pitch > HIGHEST:
        pitch -= 12
    return pitch - LOWEST + FIRST_NOTE


def notes(melody: Tokens) -> Iterator[Note]:
    """Yield the notes of a melody (steps,), in order."""
    starts = [int(step) for step in np.flatnonzero(melody != HOLD)]
    for start, end in zip(starts, [*starts[1:], len(melody)], strict=True):
        if melody[start] >= FIRST_NOTE:
            yield Note(start, end - start, int(melody[start]) - FIRST_NOTE + LOWEST)


def from_notes(found: Iterable[Note], steps: int) -> Tokens:
    """Return the tokens of notes sorted by their start; a note ends where the next one begins."""
    melody = np.zeros(steps, np.int64)
    for note in found:
        if note.start < steps:
            melody[note.start + 1 : note.start + note.length] = HOLD
            melody[note.start] = token_of(note.pitch)
            if note.start + note.length < steps:
                melody[note.start + note.length] = REST
    if steps and melody[0] == HOLD:
        melody[0] = REST
    return melody


def fit(melody: Tokens, steps: int = STEPS) -> Tokens:
    """Return the first `steps` of a melody, with a rest at the end where it is shorter, and none held from before."""
    fitted = np.zeros(steps, np.int64)
    fitted[: len(melody)] = melody[:steps]
    if len(melody) < steps:
        fitted[len(melody)] = REST
    if fitted[0] == HOLD:
        fitted[0] = REST
    return fitted


def parse(text: str) -> Tokens:
    """Return the two bars that a text describes, such as "D4 - F#4 - z -": a word for each step.

    Raises:
        UserError: if a word is no step, or there are more than 32.
    """
    words = text.split()
    if len(words) > STEPS:
        raise UserError(TOO_LONG.format(len(words), STEPS))
    return fit(np.array([_parse_step(word) for word in words], np.int64))


def describe(melody: Tokens) -> str:
    """Return a melody as the text that `parse` reads."""
    return " ".join(_describe_step(int(token)) for token in melody)


def note_name(pitch: int) -> str:
    """Return the name of a pitch: "C4" for 60."""
    return f"{NAMES[pitch % 12]}{pitch // 12 - 1}"


def make_samples() -> list[Tokens]:
    """Return melodies of every form that a verb may be given: a scale, a long one, a short one, silence, one step."""
    random = np.random.default_rng(0)
    scale = np.zeros(STEPS, np.int64)
    scale[::4] = FIRST_NOTE + 10 + np.arange(8)
    return [scale, random.integers(0, TOKENS, 3 * STEPS), scale[:7], np.full(STEPS, REST), np.array([HOLD])]


def _parse_step(word: str) -> int:
    if word in (HOLD_TEXT, REST_TEXT):
        return HOLD if word == HOLD_TEXT else REST
    found = NOTE.fullmatch(word)
    if found is None:
        raise UserError(NOT_A_MELODY.format(word))
    letter, accidental, octave = found.groups()
    pitch = NAMES.index(letter.upper()) + {"": 0, "#": 1, "b": -1}[accidental] + 12 * (int(octave) + 1)
    if not LOWEST <= pitch <= HIGHEST:
        raise UserError(NOT_A_MELODY.format(word))
    return pitch - LOWEST + FIRST_NOTE


def _describe_step(token: int) -> str:
    if token < FIRST_NOTE:
        return HOLD_TEXT if token == HOLD else REST_TEXT
    return note_name(token - FIRST_NOTE + LOWEST)
