"""How pictures are made small, which the networks learnt to undo; the enlargement that they must beat; what is scored.

All is Pillow's bicubic interpolation (Keys 1981, a = -0.5), antialiased when it shrinks: what MATLAB's `imresize`, and
so the papers, do. What a network is given has 8 bits a channel, as a file would; nothing else is rounded.
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
    """Return `image` (h, w, 3) at 1/`scale` of its sides, which are multiples of `scale`, rounded to 8 bits."""
    size = image.shape[1] // scale, image.shape[0] // scale
    small = pillow.fromarray(images.to_uint8(image)).resize(size, pillow.Resampling.BICUBIC)
    return images.from_uint8(np.asarray(small))


def enlarge(image: Image, scale: int) -> Image:
    """Return `image` at `scale` times its sides, by bicubic interpolation; any number of channels."""
    return resize(image, image.shape[0] * scale, image.shape[1] * scale)


def resize(image: Image, height: int, width: int) -> Image:
    """Return `image` at that size, by bicubic interpolation, in 0 to 1; any number of channels."""
    channels = [pillow.fromarray(channel) for channel in np.moveaxis(image, -1, 0)]
    resized = [np.asarray(channel.resize((width, height), pillow.Resampling.BICUBIC)) for channel in channels]
    result: Image = np.stack(resized, axis=-1).clip(0, 1)
    return result


def brightness(image: Image, scale: int) -> Image:
    """Return the brightness of `image`, at 8 bits a channel, where papers score it: `scale` pixels off each side."""
    return shave(luma(images.from_uint8(images.to_uint8(image))), scale)
