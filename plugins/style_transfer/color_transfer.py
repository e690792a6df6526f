"""Color control in style transfer (Gatys et al. 2016, https://arxiv.org/abs/1606.05897)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.imaging.images import Floats, Image
from core.imaging.linalg import symmetric_sqrt

SAMPLED_PIXELS = 1_000_000  # color statistics of larger images are computed on 1 to 2 million of their pixels
MIN_VARIANCE = 1e-4  # of a color channel: below it, matching would amplify noise
LUMINANCE: Floats = np.array([0.299, 0.587, 0.114], np.float32)  # of red, green, blue (ITU-R BT.601)


class ColorStatistics(NamedTuple):
    """The mean (3,) and the covariance (3, 3) of an image's RGB colors."""

    mean: Floats
    covariance: Floats


def color_statistics(image: Image) -> ColorStatistics:
    """Return the color statistics of `image` (h, w, 3)."""
    pixels = image.reshape(-1, 3)
    pixels = pixels[:: max(1, len(pixels) // SAMPLED_PIXELS)].astype(np.float64)
    covariance = np.cov(pixels, rowvar=False, ddof=0) + MIN_VARIANCE * np.eye(3)
    return ColorStatistics(pixels.mean(axis=0).astype(np.float32), covariance.astype(np.float32))


def match_colors(image: Image, source: ColorStatistics, target: ColorStatistics) -> Image:
    """Return `image` (h, w, 3), of color statistics `source`, transformed to have those of `target`; not clipped.

    Of all linear transforms that do so, this is the one that changes colors least (Pitié & Kokaram 2007).
    """
    root = symmetric_sqrt(source.covariance)
    inverse = np.linalg.inv(root)
    transform = inverse @ symmetric_sqrt(root @ target.covariance @ root) @ inverse
    matched: Image = ((image - source.mean) @ transform.T + target.mean).astype(np.float32)
    return matched


def replace_luminance(image: Image, source: Image) -> Image:
    """Return `image` (h, w, 3) with its own chrominance and the luminance of `source` (h, w, 3); not clipped."""
    difference: Image = (source - image).dot(LUMINANCE)
    return image + difference[..., None]
