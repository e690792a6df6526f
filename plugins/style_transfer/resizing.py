"""Pictures at other sizes, by Pillow's antialiased filter, and with a margin."""

from __future__ import annotations

import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.imaging.images import Image

SMALLEST_SIDE = 32  # pixels: below, too little is left after three halvings for statistics of it


def shrink_to(image: Image, side: int, grain: int = 1) -> Image:
    """Return `image` (h, w, c) with no side longer than `side` pixels, and none shorter than 32.

    Both are multiples of `grain`: a network is compiled for each size that it meets.
    """
    height, width = image.shape[:2]
    scale = min(1, side / max(height, width))
    wanted = tuple(max(SMALLEST_SIDE, grain, grain * round(scale * each / grain)) for each in (height, width))
    return image if wanted == (height, width) else resize(image, wanted)


def resize(image: Image, shape: tuple[int, ...]) -> Image:
    """Return `image` (h, w, c) at the height and width that `shape` begins with, not clipped."""
    height, width = shape[:2]
    if image.shape[:2] == (height, width):
        return image
    channels = [
        pillow.fromarray(np.ascontiguousarray(each)).resize((width, height), pillow.Resampling.BICUBIC)
        for each in image.transpose(2, 0, 1)
    ]
    return np.stack([np.asarray(each, np.float32) for each in channels], axis=-1)


def frame(image: Image, margin: int) -> Image:
    """Return `image` (h, w, c) mirrored on all sides by so many pixels."""
    return np.pad(image, ((margin, margin), (margin, margin), (0, 0)), "symmetric")
