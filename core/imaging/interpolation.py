"""Interpolation between latent vectors."""

from __future__ import annotations

import numpy as np

from core.imaging.images import Floats

SMALLEST_NORM = 1e-6
SMALLEST_SINE = 1e-4  # of the angle between two vectors that an arc is defined for


def slerp(first: Floats, last: Floats, along: Floats) -> Floats:
    """Return latent vectors by spherical linear interpolation (slerp, Shoemake 1985).

    The direction moves along the arc between the two vectors, and the norm changes linearly. Where no unique arc
    exists (parallel or opposite vectors, or a zero vector), the interpolation is linear.

    Args:
        first: (dimensions,).
        last: (dimensions,).
        along: (n, 1), fractions of the way: 0 gives `first`, 1 gives `last`.

    Returns:
        (n, dimensions).
    """
    start, end = float(np.linalg.norm(first)), float(np.linalg.norm(last))
    angle = np.arccos(np.clip(first @ last / max(start * end, 1e-12), -1, 1))
    if min(start, end) < SMALLEST_NORM or np.sin(angle) < SMALLEST_SINE:
        vectors = (1 - along) * first + along * last
    else:
        directions = np.sin((1 - along) * angle) * first / start + np.sin(along * angle) * last / end
        vectors = directions / np.sin(angle) * ((1 - along) * start + along * end)
    interpolated: Floats = vectors.astype(np.float32)
    return interpolated
