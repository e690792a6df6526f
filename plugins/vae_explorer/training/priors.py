"""Distributions that an adversarial autoencoder's latent vectors can be shaped to."""

from __future__ import annotations

from typing import Literal

import numpy as np

from core.imaging.images import Floats

Prior = Literal["gaussian", "ring", "blobs", "vamp"]
PLANAR = ("ring", "blobs")
RADIUS, RING_DEVIATION = 2.0, 0.1  # of the ring, and of latent vectors across it
BLOBS, BLOB_DEVIATION = 10, 0.2  # how many, with their centers on the ring


def sample_prior(prior: Prior, count: int, dimensions: int, random: np.random.Generator) -> Floats:
    """Return latent vectors (count, dimensions) of a prior: "gaussian", or in two dimensions "ring" or "blobs"."""
    normal = random.standard_normal((count, dimensions), np.float32)
    if prior not in PLANAR:
        return normal
    turns = random.random(count) if prior == "ring" else random.integers(BLOBS, size=count) / BLOBS
    on_ring = RADIUS * np.stack([np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)], axis=1)
    deviation = RING_DEVIATION if prior == "ring" else BLOB_DEVIATION
    return np.asarray(on_ring + deviation * normal, np.float32)
