"""What a verb returns: melodies as tokens, as a sound and as a piano-roll picture."""

from __future__ import annotations

from typing import NamedTuple

from core.imaging.images import Image
from core.sounds import Sound

from . import piano_roll, synthesis
from .melody import Tokens
from .midi import Midi


class Performance(NamedTuple):
    """A melody (steps,), its sound, and its piano-roll; of several melodies, one after the other."""

    melody: Midi
    sound: Sound
    roll: Image


def perform(melodies: Tokens) -> Performance:
    """Return melodies (n, steps) one after the other, with their sound and their piano-roll."""
    melody = melodies.ravel()
    return Performance(melody, synthesis.render(melody), piano_roll.draw(melody))
