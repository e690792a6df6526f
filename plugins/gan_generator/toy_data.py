"""The points of a plane that the lab's networks learn, and the picture of how a match stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageDraw

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Floats, Image

DRAWN = 4000
SPREAD = 0.03  # standard deviation of a group
NEAR = 5 * SPREAD  # so close to its middle belongs to a group
FEWEST = 0.1  # of a group's share of the points
DRAWING_REACH = 1.2  # how far from the middle a drawing goes
REACH = 1.6  # what is shown, from the middle to the border
SIDE = 640  # pixels
RADIUS_REAL, RADIUS_DRAWN = 2, 4
UNREAL, UNSURE, REAL = (25, 21, 21), (87, 44, 40), (239, 98, 78)  # how the discriminator finds a place
REAL_POINT, DRAWN_POINT = (167, 159, 155), (255, 255, 255)


@dataclass(frozen=True)
class Target:
    """Points that lie about `centres` (n, 2)."""

    centres: Floats

    def draw(self) -> Floats:
        """Return 4,000 points, the same each time."""
        random = np.random.default_rng(0)
        chosen = self.centres[random.integers(len(self.centres), size=DRAWN)]
        return np.asarray(chosen + random.normal(0, SPREAD, chosen.shape), np.float32)


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


TARGETS = {"ring": Target(_ring()), "grid": Target(_grid()), "spiral": Target(_spiral())}
COUNTED = ("ring", "grid")  # targets whose modes can be


def from_drawing(drawing: Image) -> Target:
    """Return points where there is ink on white paper, (h, w, 3); the drawing fills the plane.

    Raises UserError where there is none.
    """
    ink = np.argwhere(drawing.mean(axis=-1) < 0.5)
    if not len(ink):
        raise UserError("Nothing is drawn: draw points first.")
    middle, half = np.array(drawing.shape[:2]) / 2, max(drawing.shape[:2]) / 2
    return Target(np.asarray((ink - middle)[:, ::-1] * (1, -1) * DRAWING_REACH / half, np.float32))


def count_modes(points: Floats, centres: Floats) -> int:
    """Return at how many of `centres` (m, 2) there are `points` (n, 2), a tenth of an equal share at least."""
    distances = np.linalg.norm(points[:, None] - centres[None], axis=-1)
    there = distances.argmin(axis=1)[distances.min(axis=1) < NEAR]
    return int((np.bincount(there, minlength=len(centres)) >= FEWEST * len(points) / len(centres)).sum())


def draw(target: Floats, points: Floats, field: Floats) -> Image:
    """Return a picture of real points (gray), drawn ones (white), and how real each place looks (the redder)."""
    canvas = pillow.fromarray(_colour(field)).resize((SIDE, SIDE), pillow.Resampling.BICUBIC)
    pen = ImageDraw.Draw(canvas)
    for some, radius, colour in ((target[:500], RADIUS_REAL, REAL_POINT), (points, RADIUS_DRAWN, DRAWN_POINT)):
        for x, y in (some * (1, -1) / REACH + 1) * SIDE / 2:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    return images.from_uint8(np.asarray(canvas))


def _colour(field: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return opinions (h, w) as colours (h, w, 3), the field's least and most being the ends."""
    low, high = np.quantile(field, (0.02, 0.98))
    level = ((field - low) / max(high - low, 1e-6)).clip(0, 1)
    ends = np.array([UNREAL, UNSURE, REAL], np.float32)
    return np.stack([np.interp(level, (0, 0.5, 1), ends[:, i]) for i in range(3)], axis=-1).astype(np.uint8)
