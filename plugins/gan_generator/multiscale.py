"""A picture at several sizes, one behind the other, as a discriminator of several scales sees it."""

from __future__ import annotations

import numpy as np

from core.imaging.images import Image


def stack(pictures: Image, scales: int) -> Image:
    """Return `pictures` (n, h, w, c) as (n, h, w, c · scales): as they are, then shrunk to half, a quarter and so on.

    What is shrunk is as large as the rest, each of its pixels a square. Sides are multiples of the largest square's.
    """
    count, height, width, channels = pictures.shape
    stacked = [pictures]
    for scale in range(1, scales):
        square = 2**scale
        cut = pictures.reshape(count, height // square, square, width // square, square, channels)
        stacked.append(cut.mean(axis=(2, 4)).repeat(square, 1).repeat(square, 2))
    return np.concatenate(stacked, axis=-1)
