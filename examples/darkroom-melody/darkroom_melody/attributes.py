"""Attributes of melodies, and the directions in the latent space along which they change.

Attribute vectors (Larsen et al. 2016, https://arxiv.org/abs/1512.09300; MusicVAE, section 5.3): MusicVAE takes the
mean latent vector of melodies with much of an attribute minus that of those with little. Here they are found by least
squares for all attributes at once, so that each changes one and leaves the other as it is.
"""

from __future__ import annotations

import numpy as np

from core.imaging.images import Floats

from .melody import FIRST_NOTE, STEPS_PER_BAR, Tokens

NAMES = ("density", "range")
TINY = 1e-6  # of an attribute that is the same for all melodies, there is no direction


def measure(melodies: Tokens) -> Floats:
    """Return the attributes (n, 2) of melodies (n, steps): notes per bar, and semitones from lowest to highest."""
    is_note = melodies >= FIRST_NOTE
    density = is_note.sum(axis=1) / (melodies.shape[1] / STEPS_PER_BAR)
    lowest = np.where(is_note, melodies, np.iinfo(np.int64).max).min(axis=1)
    highest = np.where(is_note, melodies, 0).max(axis=1)
    span = np.where(is_note.any(axis=1), highest - lowest, 0)
    return np.stack([density, span], axis=1).astype(np.float32)


def find_vectors(latents: Floats, attributes: Floats) -> Floats:
    """Return the attribute vectors (2, dimensions), of length 1: each raises one attribute.

    Args:
        latents: of melodies, (n, dimensions).
        attributes: what `measure` returns for them.
    """
    standardized = (attributes - attributes.mean(axis=0)) / (attributes.std(axis=0) + TINY)
    design = np.concatenate([standardized, np.ones((len(latents), 1))], axis=1)
    solved = np.linalg.lstsq(design, latents, rcond=None)[0]
    directions = solved[: len(NAMES)]
    lengths = np.linalg.norm(directions, axis=1, keepdims=True)
    vectors: Floats = (directions / np.maximum(lengths, TINY)).astype(np.float32)
    return vectors
