"""A digit as a visitor draws or photographs it, made into what MNIST's are: small, bright on black, in the middle."""

from __future__ import annotations

import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.imaging.images import Image
from core.imaging.resizing import to_light_on_dark

STROKE = 0.2  # of the brightest: what is darker is no part of a digit
LONGER_SIDE = 20  # of MNIST's digits, in pixels (LeCun et al. 1998)


def fit_digit(image: Image, shape: tuple[int, ...] = (28, 28, 1)) -> Image:
    """Return the digit in `image` as MNIST has them: scaled to a box of 20 pixels, its centre of mass in the middle.

    A picture without a stroke comes back black.
    """
    gray = to_light_on_dark(image)[..., 0]
    rows, columns = (np.flatnonzero((gray > STROKE * gray.max()).any(axis=axis)) for axis in (1, 0))
    canvas = np.zeros(shape, np.float32)
    if not len(rows):
        return canvas
    cut = gray[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = LONGER_SIDE / max(cut.shape)
    height, width = (max(1, round(side * scale)) for side in cut.shape)
    small = np.asarray(pillow.fromarray(cut).resize((width, height), pillow.Resampling.LANCZOS)).clip(0, 1)
    top, left = (
        int(np.clip(round(whole / 2 - middle), 0, whole - side))
        for whole, middle, side in zip(shape, _centre_of_mass(small), small.shape, strict=False)
    )
    canvas[top : top + height, left : left + width, 0] = small / max(small.max(), 1e-6)
    return canvas


def _centre_of_mass(gray: Image) -> tuple[float, float]:
    y, x = np.indices(gray.shape) + 0.5
    return float((y * gray).sum() / gray.sum()), float((x * gray).sum() / gray.sum())
