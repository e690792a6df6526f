"""What a restoring network must not change: gray stays gray, and areas of exactly one color keep it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from core.imaging import images
from core.imaging.images import Image

FLAT_WINDOW = 17  # pixels; longer than two blocks of JPEG, in each of which noise may have been quantized away


def keep_gray_and_flat(restored: Image, image: Image, scale: int = 1) -> Image:
    """Return `restored` with equal channels where all of `image` has, and with the color of `image` where that is flat.

    Args:
        restored: what a network made of `image`, (scale · h, scale · w, 3), 0 to 1.
        image: (h, w, 3).
        scale: how many times larger `restored` is.
    """
    restored = keep_gray(restored, image)
    flat = find_flat(image)
    if flat.any():
        enlarged = images.upscale_nearest(flat, scale)
        restored[enlarged] = images.upscale_nearest(image, scale)[enlarged].clip(0, 1)
    return restored


def keep_gray(result: Image, *inputs: Image) -> Image:
    """Return `result` (h, w, 3) with equal channels where all of `inputs`, of any size, are gray."""
    if all(images.is_gray(image) for image in inputs):
        return np.repeat(result.mean(axis=-1, keepdims=True), 3, axis=-1)
    return result


def find_flat(image: Image) -> NDArray[np.bool_]:
    """Return where (h, w) `image` has exactly one color in the whole window around a pixel, so that noise is absent."""
    if not _may_be_flat(image):
        return np.zeros(image.shape[:2], np.bool_)
    changes = np.zeros(image.shape[:2], np.uint8)
    changes[1:] |= (image[1:] != image[:-1]).any(axis=-1)
    changes[:, 1:] |= (image[:, 1:] != image[:, :-1]).any(axis=-1)
    for axis in (0, 1):
        changes = ndimage.maximum_filter1d(changes, FLAT_WINDOW, axis)
    flat: NDArray[np.bool_] = changes == 0
    return flat


def _may_be_flat(image: Image) -> bool:
    """Return False where `image` certainly has no flat window, which is the case of most photos, judged by a few rows.

    A window covers more than half of its side even at a border, so it contains one of these rows, and in it a run of
    equal pixels.
    """
    run = min(FLAT_WINDOW // 2, image.shape[1] - 1)
    rows = image[:: FLAT_WINDOW // 2]
    equal = (rows[:, 1:] == rows[:, :-1]).all(axis=-1)
    if run < 1:
        return True
    sums = np.cumsum(np.pad(equal, ((0, 0), (1, 0))), axis=1, dtype=np.int32)
    return bool((sums[:, run:] - sums[:, :-run] == run).any())
