"""Sharpness of images: how blurred generated ones are beside real ones."""

from __future__ import annotations

import numpy as np

from core.imaging.images import Floats, Image


def sharpness(pictures: Image) -> float:
    """Return the mean absolute Laplacian of images (n, h, w, c) in 0 to 1, of the mean of their channels."""
    gray: Floats = pictures.mean(axis=-1)
    neighbors = gray[:, 2:, 1:-1] + gray[:, :-2, 1:-1] + gray[:, 1:-1, 2:] + gray[:, 1:-1, :-2]
    return float(np.abs(4 * gray[:, 1:-1, 1:-1] - neighbors).mean(dtype=np.float64))
