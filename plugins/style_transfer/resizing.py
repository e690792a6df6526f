"""Image sizes that VGG-19 can process, and margins."""

from __future__ import annotations

import numpy as np

from core.imaging.images import Image
from core.imaging.resizing import resize_bicubic

MIN_SIDE = 32  # pixels: below it, three poolings leave too few positions to compute statistics of


def shrink_to(image: Image, side: int, multiple: int = 1) -> Image:
    """Return `image` (h, w, c), its longer side at most `side` pixels, its aspect ratio kept; no side is below 32.

    Args:
        image: an image that is enlarged only where a side is below 32 pixels or to reach `multiple`.
        side: the longest side allowed, in pixels.
        multiple: both sides are rounded to a multiple of it, as Keras compiles a network for each image size.
    """
    height, width = image.shape[:2]
    scale = min(1, side / max(height, width))
    new_height, new_width = (
        max(MIN_SIDE, multiple, multiple * round(scale * each / multiple)) for each in (height, width)
    )
    return resize_bicubic(image, new_height, new_width)


def pad_mirrored(image: Image, margin: int) -> Image:
    """Return `image` (h, w, c) with `margin` mirrored pixels on each side.

    VGG-19 pads with zeros, which a stylized image shows as a frame; a mirrored margin, cropped later, prevents it.
    """
    return np.pad(image, ((margin, margin), (margin, margin), (0, 0)), "symmetric")
