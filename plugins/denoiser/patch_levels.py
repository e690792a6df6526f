"""Noise levels of channels of an image, measured on patches of 8 × 8 pixels, in NumPy.

Patches of a clean image span few dimensions, noise spans all of them: the smallest eigenvalues of the covariance matrix
of the patches are the variance of the noise (Chen, Zhu & Heng, "An Efficient Statistical Method for Image Noise Level
Estimation", ICCV 2015, https://doi.org/10.1109/ICCV.2015.62).
"""

from __future__ import annotations

from functools import cached_property, reduce
from math import ceil, sqrt
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from core.imaging.images import Image

PATCH = 8  # pixels
MAX_PATCHES = 60_000  # enough for a stable covariance matrix; all patches of a large photo would take a gigabyte
MAX_JOINT_PATCHES = 20_000  # of all channels: a covariance matrix of 192 pixels costs nine times that of 64
MIN_PATCHES = 300  # the covariance of 64 pixels needs several times as many

FLATTEST, STILL_FLATTER = 0.1, 0.03  # fractions of the patches, those with the least texture
CLIPPING_MARGIN = 1.5  # σ: patches nearer to black or white have lost part of their noise
HOMOGENEOUS = 0.76, 0.81  # level in the flatter fraction over that in the other: texture below, noise above


class Level(NamedTuple):
    """Noise levels (0 to 255) of one channel, in a flat fraction of its patches and in a still flatter one."""

    flat: float
    flatter: float

    @property
    def homogeneity(self) -> float:
        """How much the level looks like noise (1), which is the same everywhere, and not like texture (0)."""
        ratio = self.flatter / self.flat if self.flat else 1.0
        return float(np.interp(ratio, HOMOGENEOUS, (0, 1)))

    @property
    def noise(self) -> float:
        """The level as far as it is noise: that of the flatter fraction where the two differ."""
        return self.flatter + self.homogeneity * (self.flat - self.flatter)


class Patches:
    """Patches of an image, about `MAX_PATCHES` at most, evenly spaced.

    Only those that a level is measured in are cut out: to copy them all takes longer than the rest.

    Args:
        image: (h, w, 3), 0 to 1. Up to 8 × 8 pixels there are too few patches, and all levels are 0.
    """

    def __init__(self, image: Image) -> None:
        self.image = image
        self.is_too_small = min(image.shape[:2]) <= PATCH
        self._levels: dict[bytes, Level] = {}

    @cached_property
    def joint_level(self) -> float:
        """The noise level (0 to 255) of all channels jointly."""
        if self.is_too_small:
            return 0.0
        windows = _windows(self.image)
        count = windows.shape[0] * windows.shape[1]
        return _smallest_level(_cut(windows, np.arange(0, count, ceil(count / MAX_JOINT_PATCHES))))

    @cached_property
    def means_of_quarters(self) -> Image:
        """The means of the quarters of each patch, (4, n, 3)."""
        stride, half = stride_of(self.image), PATCH // 2
        height, width = (side - PATCH + 1 for side in self.image.shape[:2])
        quarters: list[Image] = []
        for top in (0, half):
            rows: Image = reduce(np.add, (self.image[y : height + y : stride] for y in range(top, top + half)))
            pairs = rows[:, 1:] + rows[:, :-1]
            sums = pairs[:, 2:] + pairs[:, :-2]  # of `half` pixels, at every column
            quarters += [sums[:, left : width + left : stride] for left in (0, half)]
        return np.stack(quarters).reshape(4, -1, self.image.shape[-1]) / np.float32(half**2)

    @cached_property
    def distance_to_clipping(self) -> Image:
        """How far the means of each patch are from black and from white, (n,), at most 127.5."""
        means = self.means_of_quarters.mean(axis=0) * 255
        distances: Image = np.minimum(means.min(axis=1), 255 - means.max(axis=1))
        return distances

    def level(self, weights: Image) -> Level:
        """Return the noise level of the channel that `weights` (3,) make of the image; measured once."""
        key = weights.tobytes()
        if key not in self._levels:
            self._levels[key] = self._measure(weights)
        return self._levels[key]

    def _measure(self, weights: Image) -> Level:
        """Return the noise level of a channel, leaving out clipped areas.

        The patches are chosen by the variance of the means of their quarters, in which there is little noise, so that
        the choice hardly changes the noise that is then measured in all 64 pixels.
        """
        level = Level(0.0, 0.0)
        if self.is_too_small:
            return level
        windows = _windows((self.image @ weights)[..., None])
        variances = (self.means_of_quarters @ weights).var(axis=0)
        for _ in range(2):  # the margin needs the level
            margin = max(1.0, CLIPPING_MARGIN * level.flat / float(np.linalg.norm(weights)))
            unclipped = np.flatnonzero(self.distance_to_clipping > margin)
            if len(unclipped) <= max(MIN_PATCHES, STILL_FLATTER * len(variances)):
                unclipped = np.arange(len(variances))
            flattest = (_flattest(variances, unclipped, share) for share in (FLATTEST, STILL_FLATTER))
            level = Level(*(_smallest_level(_cut(windows, chosen)) for chosen in flattest))
            if level.flat < 1:
                break
        return level


def stride_of(image: Image) -> int:
    """Return the distance in pixels between patches, odd: an even one would meet JPEG's blocks in few places only."""
    return ceil(sqrt(image.shape[0] * image.shape[1] / MAX_PATCHES)) | 1


def _windows(image: Image) -> Image:
    """Return a view of the patches of `image` (h, w, c) at all their places, (rows, columns, c, 8, 8)."""
    stride = stride_of(image)
    return sliding_window_view(image, (PATCH, PATCH), axis=(0, 1))[::stride, ::stride]


def _cut(windows: Image, chosen: NDArray[np.intp]) -> Image:
    """Return the patches (n, pixels) whose indices, along the rows, are `chosen`."""
    rows, columns = np.divmod(chosen, windows.shape[1])
    patches: Image = windows[rows, columns].reshape(len(chosen), -1)
    return patches


def _flattest(variances: Image, candidates: NDArray[np.intp], share: float) -> NDArray[np.intp]:
    """Return that share of the `candidates` (indices), or `MIN_PATCHES`, with the least variances."""
    count = max(MIN_PATCHES, int(share * len(candidates)))
    if count >= len(candidates):
        return candidates
    chosen: NDArray[np.intp] = candidates[np.argpartition(variances[candidates], count)[:count]]
    return chosen


def _smallest_level(patches: Image) -> float:
    """Return the noise level (0 to 255) of `patches` (n, pixels).

    It is that of the largest set of smallest eigenvalues of their covariance matrix whose mean equals its median.
    """
    if len(patches) < 2:
        return 0.0
    centered = patches - patches.mean(axis=0)
    covariance = centered.T @ centered / (len(patches) - 1)  # np.cov makes two more copies: it takes twice as long
    if not np.isfinite(covariance).all():
        return 0.0
    eigenvalues = np.maximum(np.linalg.eigvalsh(covariance), 0).astype(np.float64)
    counts = np.arange(1, len(eigenvalues) + 1)
    means = np.cumsum(eigenvalues) / counts
    below, above = np.searchsorted(eigenvalues, means), counts - np.searchsorted(eigenvalues, means, "right")
    return float(np.sqrt(means[above >= below][-1])) * 255
