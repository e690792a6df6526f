"""The 2-D point distributions of the Lab, and the rendering of a toy GAN's state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageDraw

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Floats, Image, Uint8Image

SAMPLES = 4000
DEVIATION = 0.03  # standard deviation of the points around their center
MODE_RADIUS = 5 * DEVIATION  # a point that is nearer to a center belongs to its mode
MIN_SHARE = 0.1  # of n / m points, the share of one of m modes: with fewer, the mode is missed
DRAWING_EXTENT = 1.2  # coordinate of the border of the user's drawing
EXTENT = 1.6  # coordinate of the border of the picture
SIDE = 640  # pixels of the picture
REAL_SHOWN = 500  # points
REAL_RADIUS, GENERATED_RADIUS = 2, 4  # pixels
LOW_LOGIT, MIDDLE_LOGIT, HIGH_LOGIT = (25, 21, 21), (87, 44, 40), (239, 98, 78)  # colors of the background
REAL_COLOR, GENERATED_COLOR = (167, 159, 155), (255, 255, 255)


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


def render_points(real: Floats, generated: Floats, logits: Floats) -> Image:
    """Return a picture of a toy GAN, (640, 640, 3).

    Args:
        real: real points (n, 2), in gray.
        generated: generated points (m, 2), in white.
        logits: the discriminator's, (h, w), over the square of ±1.6, from the top; the background is redder where they
            are higher.
    """
    canvas = pillow.fromarray(_color(logits)).resize((SIDE, SIDE), pillow.Resampling.BICUBIC)
    pen = ImageDraw.Draw(canvas)
    groups = (real[:REAL_SHOWN], REAL_RADIUS, REAL_COLOR), (generated, GENERATED_RADIUS, GENERATED_COLOR)
    for points, radius, color in groups:
        for x, y in (points * (1, -1) / EXTENT + 1) * SIDE / 2:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=color)
    return images.from_uint8(np.asarray(canvas))


def _color(logits: Floats) -> Uint8Image:
    """Return logits (h, w) as colors (h, w, 3); the lowest and the highest 2 % have the colors at the ends."""
    low, high = np.quantile(logits, (0.02, 0.98))
    level = ((logits - low) / max(high - low, 1e-6)).clip(0, 1)
    ends = np.array([LOW_LOGIT, MIDDLE_LOGIT, HIGH_LOGIT], np.float32)
    return np.stack([np.interp(level, (0, 0.5, 1), ends[:, i]) for i in range(3)], axis=-1).astype(np.uint8)
