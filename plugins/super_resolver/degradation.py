"""Degradations of photos from phones and the web, for training: blur, downscaling, sensor noise, JPEG compression.

One round of the degradation that Real-ESRGAN (Wang et al. 2021, https://arxiv.org/abs/2107.10833) applies twice.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageFilter

from core.imaging import images
from core.imaging.images import Image

from .resampling import downscale

MAX_BLUR = 0.6  # standard deviation in pixels of the low-resolution image
MAX_NOISE = 15 / 255  # standard deviation, of the full range
JPEG_QUALITY = 35, 95
FILTERS = pillow.Resampling.BICUBIC, pillow.Resampling.BILINEAR, pillow.Resampling.BOX
JPEG_BLOCK = 8  # pixels


def make_low(image: Image, scale: int, random: np.random.Generator | None) -> Image:
    """Return `image` at 1/`scale` of its sides: downscaled, or, with a `random` generator, degraded."""
    return downscale(image, scale) if random is None else degrade(image, scale, random)


def degrade(image: Image, scale: int, random: np.random.Generator) -> Image:
    """Return a degraded low-resolution copy of `image`.

    In this order: Gaussian blur with a standard deviation of up to 0.6 low-resolution pixels along each axis; one of
    three antialiased filters; color or gray noise with a standard deviation of up to 15/255; JPEG of quality 35 to 95.

    Args:
        image: (h, w, 3), its sides multiples of `scale`.
        scale: the downscaling factor.
        random: generator of all parameters and of the noise.

    Returns:
        (h / scale, w / scale, 3).
    """
    height, width = (side // scale for side in image.shape[:2])
    blur = ImageFilter.GaussianBlur(tuple(random.uniform(0, MAX_BLUR * scale, 2)))
    picture = pillow.fromarray(images.to_uint8(image)).filter(blur)
    low = picture.resize((width, height), FILTERS[random.integers(len(FILTERS))])
    level, channels = np.float32(MAX_NOISE * random.random() ** 2), random.choice((1, 3))
    noise = level * random.standard_normal((height, width, channels), np.float32)
    quality, offset = random.integers(*JPEG_QUALITY, endpoint=True), random.integers(JPEG_BLOCK, size=2)
    return _compress(images.from_uint8(np.asarray(low)) + noise, int(quality), offset.tolist())


def _compress(image: Image, quality: int, offset: list[int]) -> Image:
    """Return `image` after JPEG compression, its 8 × 8 blocks shifted by `offset` (rows, columns)."""
    top, left = offset
    padded = np.pad(image, ((top, 0), (left, 0), (0, 0)), mode="edge")
    file = io.BytesIO()
    pillow.fromarray(images.to_uint8(padded)).save(file, "JPEG", quality=quality)
    with pillow.open(file) as stored:
        return images.from_uint8(np.asarray(stored)[top:, left:])
