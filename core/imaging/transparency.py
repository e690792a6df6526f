"""What lies under transparent pixels, which nobody sees and which must not change what is seen."""

from __future__ import annotations

import numpy as np

from core.imaging.images import Image
from core.imaging.resizing import resize_bicubic

FILL_CELL = 8  # pixels: transparent areas are filled with mean colors of cells of this size
MIN_ALPHA = 1e-3  # a cell with a lower mean alpha has no color


def fill_transparent(image: Image) -> Image:
    """Return the colors of `image` (h, w, 3 or 4), with the mean color of the pixels near them in transparent ones.

    Files hold arbitrary colors under fully transparent pixels. A network that sees them lets them bleed into the
    opaque pixels beside them.
    """
    color, alpha = image[..., :3], image[..., 3:]
    if alpha.size == 0 or alpha.min() > 0:
        return color
    if alpha.max() == 0:
        return np.zeros_like(color)
    cells = max(1, image.shape[0] // FILL_CELL), max(1, image.shape[1] // FILL_CELL)
    small = resize_bicubic(np.concatenate([color * alpha, alpha], axis=-1), *cells).clip(0, 1)
    smoothed = resize_bicubic(small, *image.shape[:2]).clip(0, 1)
    mean = (color * alpha).mean(axis=(0, 1)) / alpha.mean()
    filled = np.where(smoothed[..., 3:] > MIN_ALPHA, smoothed[..., :3] / np.maximum(smoothed[..., 3:], MIN_ALPHA), mean)
    return np.where(alpha > 0, color, filled).clip(0, 1).astype(np.float32)
