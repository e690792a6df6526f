"""The colours of a picture, made those of another, or kept (Gatys et al. 2016, https://arxiv.org/abs/1606.05897)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.imaging.images import Floats, Image

MEASURED = 1_000_000  # pixels of a picture, or some more
LEAST_VARIANCE = 1e-4  # of a colour, lest one of a single tone be stretched into noise
LUMINANCE: Floats = np.array([0.299, 0.587, 0.114], np.float32)  # of red, green, blue (ITU-R BT.601)


class Palette(NamedTuple):
    """The mean (3,) and the covariance (3, 3) of a picture's colours."""

    mean: Floats
    covariance: Floats


def measure(image: Image) -> Palette:
    """Return the palette of `image` (h, w, 3)."""
    pixels = image.reshape(-1, 3)
    pixels = pixels[:: max(1, len(pixels) // MEASURED)].astype(np.float64)
    covariance = np.cov(pixels, rowvar=False, ddof=0) + LEAST_VARIANCE * np.eye(3)
    return Palette(pixels.mean(axis=0).astype(np.float32), covariance.astype(np.float32))


def match(image: Image, present: Palette, wanted: Palette) -> Image:
    """Return `image` (h, w, 3), whose palette is the `present` one, in the `wanted` one: not clipped.

    Of all linear maps that give it that mean and covariance, this one moves colours least (Pitié & Kokaram 2007).
    """
    root = _root(present.covariance)
    inverse = np.linalg.inv(root)
    change = inverse @ _root(root @ wanted.covariance @ root) @ inverse
    matched: Image = ((image - present.mean) @ change.T + wanted.mean).astype(np.float32)
    return matched


def with_luminance(image: Image, light: Image) -> Image:
    """Return `image` (h, w, 3) with its own colours and the luminance of `light`."""
    difference: Image = (light - image).dot(LUMINANCE)
    return image + difference[..., None]


def _root(matrix: NDArray[Any]) -> NDArray[Any]:
    """Return the symmetric square root of a symmetric, positive matrix."""
    values, vectors = np.linalg.eigh(matrix)
    root: NDArray[Any] = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
    return root
