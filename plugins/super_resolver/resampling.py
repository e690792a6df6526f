"""Bicubic resampling: of low-resolution images and of the baseline; and the luma that scores are computed on.

Everything here is Pillow's bicubic filter (Keys 1981, a = -0.5), antialiased when it downscales, as MATLAB's `imresize`
is, which the papers use. Inputs of the network and scored images have 8 bits a channel, as in a file.
"""

from __future__ import annotations

import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.imaging import images
from core.imaging.images import Image
from core.imaging.metrics import luma, shave
from core.imaging.resizing import resize_bicubic
from core.imaging.transparency import fill_transparent

SCALES = {"x4": 4, "x3": 3, "x2": 2, "x4_real": 4, "digits": 2}  # by checkpoint
CLEAN_CHECKPOINTS = {2: "x2", 3: "x3", 4: "x4"}  # by scale, for inputs that were only downscaled
REAL_CHECKPOINT = "x4_real"  # for inputs with the degradations of `degradation.py`; for ×2, ×3 its output is downscaled


def crop_to_multiple(image: Image, scale: int) -> Image:
    """Return `image` (h, w, c) without the last rows and columns that do not fill a multiple of `scale`."""
    height, width = (side // scale * scale for side in image.shape[:2])
    return image[:height, :width]


def downscale(image: Image, scale: int) -> Image:
    """Return `image` (h, w, 3), whose sides are multiples of `scale`, at 1/`scale` of them, rounded to 8 bits."""
    size = image.shape[1] // scale, image.shape[0] // scale
    low = pillow.fromarray(images.to_uint8(image)).resize(size, pillow.Resampling.BICUBIC)
    return images.from_uint8(np.asarray(low))


def upscale_bicubic(image: Image, scale: int) -> Image:
    """Return `image` (h, w, c) at `scale` times its sides, clipped to 0 to 1.

    The last of four channels is alpha: colors of transparent pixels do not bleed into opaque ones.
    """
    color = fill_transparent(image)
    channels = np.concatenate([color, image[..., 3:]], axis=-1)
    return resize(channels, image.shape[0] * scale, image.shape[1] * scale)


def resize(image: Image, height: int, width: int) -> Image:
    """Return `image` (h, w, c) at another size, by bicubic interpolation, clipped to 0 to 1."""
    resized: Image = resize_bicubic(image, height, width).clip(0, 1)
    return resized


def scored_luma(image: Image, scale: int) -> Image:
    """Return the luma (BT.601) of `image` at 8 bits, `scale` pixels cut off each border: what the papers score."""
    return shave(luma(images.from_uint8(images.to_uint8(image))), scale)
