"""An image at several scales, stacked along the channels, for a discriminator with multi-scale gradients."""

from __future__ import annotations

import numpy as np

from core.imaging.images import Image


def stack_scales(images: Image, scales: int) -> Image:
    """Return images (n, h, w, c) at `scales` resolutions, as (n, h, w, c · scales).

    The first c channels are the images themselves; then come the images averaged over blocks of 2 × 2 pixels, of
    4 × 4, and so on, each enlarged to h × w. Height and width must be multiples of 2 ** (scales - 1).
    """
    count, height, width, channels = images.shape
    stacked = [images]
    for scale in range(1, scales):
        block = 2**scale
        blocks = images.reshape(count, height // block, block, width // block, block, channels)
        stacked.append(blocks.mean(axis=(2, 4)).repeat(block, 1).repeat(block, 2))
    return np.concatenate(stacked, axis=-1)
