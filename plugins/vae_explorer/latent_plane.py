"""The region of a two-dimensional latent space that is shown as a map."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.imaging.images import Floats

from .latents import Encoded

PRIOR_RANGE = 3.0  # standard deviations to each side of 0: 99.7 % of the prior in each dimension
OUTLIER_PERCENT = 5  # of an autoencoder's latent vectors are outside the region on each side
Window = tuple[float, float, float]
"""The part of a map that is shown: its left, its top and its side, as fractions of the map's."""
WHOLE: Window = (0.0, 0.0, 1.0)
SMALLEST_WINDOW = 1 / 32
SMALLEST_SIDE = 1e-3  # of the region, so that positions are finite where all latent vectors are equal


class LatentPlane(NamedTuple):
    """A rectangle of a two-dimensional latent space, from `low` to `high`, each (2,)."""

    low: Floats
    high: Floats

    def latents_at(self, positions: NDArray[np.floating]) -> Floats:
        """Return the latent vectors (…, 2) at `positions` (…, 2).

        Positions are fractions of the map's width from the left and of its height from the top.
        """
        return np.asarray(self.low + _flip_vertically(positions) * (self.high - self.low), np.float32)

    def positions_of(self, latents: Floats) -> Floats:
        """Return the positions (…, 2) of `latents` (…, 2): the inverse of `latents_at`."""
        return np.asarray(_flip_vertically((latents - self.low) / (self.high - self.low)), np.float32)

    def part(self, window: Window) -> LatentPlane:
        """Return the part of the region in a window."""
        left, top, size = window
        return LatentPlane(*self.latents_at(np.array([[left, top + size], [left + size, top]])))


def read_window(text: str) -> Window:
    """Return the window that a text names in %, such as "25 50 12.5", within the map; all of it for any other text."""
    numbers = re.findall(r"\d{1,3}(?:\.\d{1,4})?", text or "")
    if len(numbers) != len(WHOLE):
        return WHOLE
    left, top, size = (float(number) / 100 for number in numbers)
    size = min(max(size, SMALLEST_WINDOW), 1.0)
    return min(left, 1 - size), min(top, 1 - size), size


def write_window(window: Window) -> str:
    """Return a window as `read_window` reads it."""
    return " ".join(f"{round(100 * each, 4):g}" for each in window)


def zoom_in(window: Window, position: NDArray[np.floating]) -> Window:
    """Return a window of half the size around a position (2,) in `window`, as far as the map goes."""
    left, top, size = window
    half = max(size / 2, SMALLEST_WINDOW)
    left, top = (
        float(np.clip(start + at * size - half / 2, 0, 1 - half))
        for start, at in zip((left, top), position, strict=True)
    )
    return left, top, half


def choose_plane(encoded: Encoded, has_prior: bool = False) -> LatentPlane:
    """Return the region to show for a network that encodes images to these latent vectors (n, 2).

    For a VAE, and others of which `has_prior` says so, it is ±3 standard deviations of the prior; an autoencoder has
    no prior, so it is where most latent vectors lie.
    """
    if has_prior or np.isfinite(encoded.log_variance).all():
        return LatentPlane(np.full(2, -PRIOR_RANGE, np.float32), np.full(2, PRIOR_RANGE, np.float32))
    low, high = np.percentile(encoded.mean, (OUTLIER_PERCENT, 100 - OUTLIER_PERCENT), axis=0).astype(np.float32)
    return LatentPlane(low, np.maximum(high, low + SMALLEST_SIDE))


def cell_centers(side: int) -> Floats:
    """Return the positions of the centers of `side` × `side` cells, row by row, (side², 2)."""
    centers = (np.arange(side, dtype=np.float32) + 0.5) / side
    x, y = np.meshgrid(centers, centers)
    return np.stack([x.ravel(), y.ravel()], axis=-1)


def _flip_vertically(positions: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return `positions` (…, 2) with the second fraction counted from the opposite side."""
    return np.asarray(np.array([0, 1]) + np.array([1, -1]) * positions)
