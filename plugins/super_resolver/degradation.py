"""What a phone or the web does to a picture, for training: blur, shrinking, a sensor's noise, JPEG.

One round of what Real-ESRGAN (Wang et al. 2021, https://arxiv.org/abs/2107.10833) goes through twice.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageFilter

from core.imaging import images
from core.imaging.images import Image

from .resampling import shrink

BLUR = 0.6  # the most, in pixels of the small picture
NOISE = 15 / 255  # the most, of the full range
JPEG_QUALITY = 35, 95
FILTERS = pillow.Resampling.BICUBIC, pillow.Resampling.BILINEAR, pillow.Resampling.BOX
JPEG_BLOCK = 8


def make_small(image: Image, scale: int, random: np.random.Generator | None) -> Image:
    """Return `image` at 1/`scale` of its sides: shrunk, or, given `random`, degraded."""
    return shrink(image, scale) if random is None else degrade(image, scale, random)


def degrade(image: Image, scale: int, random: np.random.Generator) -> Image:
    """Return `image` (h, w, 3), its sides multiples of `scale`, at 1/`scale` of them, with faults that `random` draws.

    A Gaussian blur of up to 0.6 pixels of the result along each axis, one of three antialiased filters, noise of a
    standard deviation of up to 15/255 in colour or in gray, JPEG at a quality of 35 to 95.
    """
    height, width = (side // scale for side in image.shape[:2])
    blur = ImageFilter.GaussianBlur(tuple(random.uniform(0, BLUR * scale, 2)))
    picture = pillow.fromarray(images.to_uint8(image)).filter(blur)
    small = picture.resize((width, height), FILTERS[random.integers(len(FILTERS))])
    level, channels = np.float32(NOISE * random.random() ** 2), random.choice((1, 3))
    noise = level * random.standard_normal((height, width, channels), np.float32)
    quality, offset = random.integers(*JPEG_QUALITY, endpoint=True), random.integers(JPEG_BLOCK, size=2)
    return _jpeg(images.from_uint8(np.asarray(small)) + noise, int(quality), offset.tolist())


def _jpeg(image: Image, quality: int, offset: list[int]) -> Image:
    """Return `image` as a JPEG file holds it whose blocks begin `offset` (rows, columns) before it."""
    top, left = offset
    padded = np.pad(image, ((top, 0), (left, 0), (0, 0)), mode="edge")
    file = io.BytesIO()
    pillow.fromarray(images.to_uint8(padded)).save(file, "JPEG", quality=quality)
    with pillow.open(file) as stored:
        return images.from_uint8(np.asarray(stored)[top:, left:])
