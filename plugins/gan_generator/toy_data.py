"""The 2-D point distributions of the Lab."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import UserError
from core.imaging.images import Floats, Image

SAMPLES = 4000
DEVIATION = 0.03  # standard deviation of the points around their center
MODE_RADIUS = 5 * DEVIATION  # a point that is nearer to a center belongs to its mode
MIN_SHARE = 0.1  # of n / m points, the share of one of m modes: with fewer, the mode is missed
MOST_POINTS = 40  # that a visitor sets by clicks
NO_POINTS = "There are no points yet: click on the picture to set some."
DRAWING_EXTENT = 1.2  # coordinate of the border of the user's drawing
EXTENT = 1.6  # coordinate of the border of the picture


@dataclass(frozen=True)
class Distribution:
    """A mixture of normal distributions around `centers` (n, 2), all equally likely."""

    centers: Floats

    def sample(self) -> Floats:
        """Return 4,000 points, (n, 2), the same at each call."""
        random = np.random.default_rng(0)
        chosen = self.centers[random.integers(len(self.centers), size=SAMPLES)]
        return np.asarray(chosen + random.normal(0, DEVIATION, chosen.shape), np.float32)


def _ring() -> Floats:
    angles = np.arange(8) * np.pi / 4
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1).astype(np.float32)


def _grid() -> Floats:
    along = np.linspace(-1, 1, 5, dtype=np.float32)
    return np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)


def _spiral() -> Floats:
    turns = np.sqrt(np.linspace(0.02, 1, 400)) * 1.75
    spiral = turns / 1.75 * np.array([np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)])
    return np.asarray(spiral.T, np.float32)


DISTRIBUTIONS = {"ring": Distribution(_ring()), "grid": Distribution(_grid()), "spiral": Distribution(_spiral())}
WITH_MODES = ("ring", "grid")  # distributions with separate modes, which can be counted


def from_drawing(drawing: Image) -> Distribution:
    """Return the distribution of the dark pixels of a drawing (h, w, 3) on white, scaled to ±1.2.

    Raises:
        UserError: where the drawing is empty.
    """
    dark = np.argwhere(drawing.mean(axis=-1) < 0.5)
    if not len(dark):
        raise UserError("The drawing is empty: draw points first.")
    center, half = np.array(drawing.shape[:2]) / 2, max(drawing.shape[:2]) / 2
    return Distribution(np.asarray((dark - center)[:, ::-1] * (1, -1) * DRAWING_EXTENT / half, np.float32))


def count_modes(points: Floats, centers: Floats) -> int:
    """Return how many modes `points` (n, 2) cover: the `centers` (m, 2) near which at least 0.1 n / m of them are."""
    distances = np.linalg.norm(points[:, None] - centers[None], axis=-1)
    nearest = distances.argmin(axis=1)[distances.min(axis=1) < MODE_RADIUS]
    return int((np.bincount(nearest, minlength=len(centers)) >= MIN_SHARE * len(points) / len(centers)).sum())


def from_points(points: Floats) -> Distribution:
    """Return the distribution around points (n, 2) that a visitor has set. Raises UserError where there are none."""
    if not len(points):
        raise UserError(NO_POINTS)
    return Distribution(np.asarray(points, np.float32))


def toggle_point(points: Floats, place: Floats) -> Floats:
    """Return points (n, 2) with one at `place` (2,), or without the one that is there already; at most 40."""
    distances = np.linalg.norm(points - place, axis=-1)
    if len(points) and distances.min() < MODE_RADIUS:
        return np.delete(points, distances.argmin(), axis=0)
    return np.concatenate([points, place[None]])[-MOST_POINTS:]
