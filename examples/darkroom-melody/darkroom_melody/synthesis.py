"""Renders melodies as sounds: additive synthesis, a few harmonics under one envelope."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.sounds import Samples

from .melody import Note, Tokens, notes
from .midi import MICROSECONDS_PER_QUARTER, STEPS_PER_QUARTER

RATE = 16_000
SECONDS_PER_STEP = MICROSECONDS_PER_QUARTER / 1e6 / STEPS_PER_QUARTER
HARMONICS = (1.0, 0.45, 0.25, 0.12, 0.06)  # amplitudes of the fundamental and its multiples
ATTACK, RELEASE, DECAY, TAIL = 0.012, 0.05, 0.7, 0.25  # seconds: of a note, and of silence at the end
AMPLITUDE = 0.35


def render(melody: Tokens) -> Samples:
    """Return a melody (steps,) as a sound with one channel."""
    values = np.zeros(_sample_of(len(melody)) + int(TAIL * RATE), np.float32)
    for note in notes(melody):
        start, sound = _sample_of(note.start), _render_note(note)
        values[start : start + len(sound)] += sound[: len(values) - start]
    return Samples(values[:, None], RATE)


def _render_note(note: Note) -> NDArray[np.float32]:
    """Return the sound of one note; it fades out over `RELEASE` seconds after its end, while the next one begins."""
    seconds = note.length * SECONDS_PER_STEP
    time = np.arange(int((seconds + RELEASE) * RATE)) / RATE
    hertz = 440 * 2 ** ((note.pitch - 69) / 12)
    tone = sum(
        amplitude * np.sin(2 * np.pi * hertz * multiple * time)
        for multiple, amplitude in enumerate(HARMONICS, 1)
        if hertz * multiple < RATE / 2
    )
    envelope = (
        np.minimum(time / ATTACK, 1) * np.exp(-time / DECAY) * np.clip((seconds + RELEASE - time) / RELEASE, 0, 1)
    )
    rendered: NDArray[np.float32] = (AMPLITUDE * tone * envelope).astype(np.float32)
    return rendered


def _sample_of(step: int) -> int:
    return round(step * SECONDS_PER_STEP * RATE)
