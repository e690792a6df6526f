"""How pictures are made small, which the networks learnt to undo; the enlargement that they must beat; what is scored.

Both are Pillow's bicubic interpolation (Keys 1981, a = -0.5) on 8-bit pictures, antialiased when it shrinks: what
MATLAB's `imresize`, and so the papers, do, but for rounding.
"""

from __future__ import annotations

import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.images

from core import images
from core.images import Image
from core.metrics import luma, shave


def crop(image: Image, scale: int) -> Image:
    """Return `image` without the rows and columns that do not fill a multiple of `scale`."""
    height, width = (side // scale * scale for side in image.shape[:2])
    return image[:height, :width]


def shrink(image: Image, scale: int) -> Image:
    """Return `image` at 1/`scale` of its sides, which are multiples of `scale`; any number of channels."""
    return _resize(image, image.shape[0] // scale, image.shape[1] // scale)


def enlarge(image: Image, scale: int) -> Image:
    """Return `image` at `scale` times its sides, by bicubic interpolation; any number of channels."""
    return _resize(image, image.shape[0] * scale, image.shape[1] * scale)


def brightness(image: Image, scale: int) -> Image:
    """Return the brightness of `image` where papers score it: without `scale` pixels on each side."""
    return shave(luma(image), scale)


def _resize(image: Image, height: int, width: int) -> Image:
    size = width, height
    channels = [pillow.fromarray(channel) for channel in np.moveaxis(images.to_uint8(image), -1, 0)]
    resized = [np.asarray(channel.resize(size, pillow.Resampling.BICUBIC)) for channel in channels]
    return images.from_uint8(np.stack(resized, axis=-1))
