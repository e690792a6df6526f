"""Prepares what a visitor draws or photographs: small, in the shape of the test images, a digit as in MNIST."""

from __future__ import annotations

import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.imaging import images
from core.imaging.images import Image
from core.imaging.resizing import center_crop_resize, to_light_on_dark

from .. import example_images

STROKE_THRESHOLD = 0.2  # of the brightest pixel: what is darker is background
LONGER_SIDE = 20  # of MNIST's digits, in pixels (LeCun et al. 1998)


def read(source: str | bytes, data: str) -> Image:
    """Return a visitor's image in the shape of the test images of a data set, a digit also centered.

    Args:
        source: the path of a file, or its bytes.
        data: "mnist", "fashion" or "cats".
    """
    image = images.load(source)
    if data == "mnist":
        return normalize_digit(image)
    return center_crop_resize(image, example_images.read(data).pictures.shape[1:])


def normalize_digit(image: Image, shape: tuple[int, ...] = (28, 28, 1)) -> Image:
    """Return the digit in `image`, scaled to a box of 20 pixels, its center of mass in the middle of `shape`.

    An image without a stroke is returned as black.
    """
    from scipy import ndimage  # here: the first page does not wait for it

    gray = to_light_on_dark(image)[..., 0]
    rows, columns = (np.flatnonzero((gray > STROKE_THRESHOLD * gray.max()).any(axis=axis)) for axis in (1, 0))
    canvas = np.zeros(shape, np.float32)
    if not len(rows):
        return canvas
    cropped = gray[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = LONGER_SIDE / max(cropped.shape)
    height, width = (max(1, round(side * scale)) for side in cropped.shape)
    digit = np.asarray(pillow.fromarray(cropped).resize((width, height), pillow.Resampling.LANCZOS)).clip(0, 1)
    top, left = (
        int(np.clip(round(whole / 2 - center - 0.5), 0, whole - side))  # pixel centers are at halves
        for whole, center, side in zip(shape, ndimage.center_of_mass(digit), digit.shape, strict=False)
    )
    canvas[top : top + height, left : left + width, 0] = digit / max(digit.max(), 1e-6)
    return canvas
