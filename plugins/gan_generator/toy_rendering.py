"""Renders a toy GAN: points on the discriminator's field, arrows of its gradient, and the generator's manifold."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageDraw

from core.imaging import images
from core.imaging.images import Floats, Image, Uint8Image

from .toy_data import EXTENT

SIDE = 640  # pixels of the picture
REAL_SHOWN = 500  # points
REAL_RADIUS, GENERATED_RADIUS = 2, 4  # pixels
LOW_LOGIT, MIDDLE_LOGIT, HIGH_LOGIT = (25, 21, 21), (87, 44, 40), (239, 98, 78)  # colors of the background
REAL_COLOR, GENERATED_COLOR, ARROW_COLOR, MANIFOLD_COLOR = (
    (167, 159, 155),
    (255, 255, 255),
    (86, 180, 233),
    (204, 121, 167),
)
ARROWS, LONGEST_ARROW, HEAD = 60, 44, 7  # how many points have one; pixels
GRADIENTS, MANIFOLD = LAYERS = ("gradients", "manifold")


def render_points(
    real: Floats, generated: Floats, logits: Floats, manifold: Floats | None = None, layers: Collection[str] = ()
) -> Image:
    """Return a picture of a toy GAN, (640, 640, 3).

    Args:
        real: real points (n, 2), in gray.
        generated: generated points (m, 2), in white.
        logits: the discriminator's, (h, w), over the square of ±1.6, from the top; the background is redder where they
            are higher.
        manifold: points (k, k, 2) that the generator makes of a grid of latent vectors.
        layers: "gradients" for arrows along which generated points raise their logits, "manifold" for the grid.
    """
    canvas = pillow.fromarray(_color(logits)).resize((SIDE, SIDE), pillow.Resampling.BICUBIC)
    pen = ImageDraw.Draw(canvas)
    _draw_points(pen, real[:REAL_SHOWN], REAL_RADIUS, REAL_COLOR)
    if MANIFOLD in layers and manifold is not None:
        for line in [*to_pixels(manifold), *to_pixels(manifold.swapaxes(0, 1))]:
            pen.line([*map(tuple, line.tolist())], fill=MANIFOLD_COLOR, width=1)
    _draw_points(pen, generated, GENERATED_RADIUS, GENERATED_COLOR)
    if GRADIENTS in layers:
        _draw_arrows(pen, generated[:ARROWS], gradients_at(generated[:ARROWS], logits))
    return images.from_uint8(np.asarray(canvas))


def gradients_at(points: Floats, logits: Floats) -> Floats:
    """Return the gradients (n, 2) of logits (h, w), see `render_points`, at points (n, 2): where they rise fastest."""
    side = len(logits)
    down, right = (np.gradient(logits, 2 * EXTENT / (side - 1), axis=axis) for axis in (0, 1))
    columns, rows = ((points * (1, -1) / EXTENT + 1) / 2 * (side - 1)).round().astype(int).clip(0, side - 1).T
    return np.stack([right[rows, columns], -down[rows, columns]], axis=-1).astype(np.float32)


def point_at(pixel: Floats) -> Floats:
    """Return the point at a pixel (x, y) of the picture, (2,), or the points at several, (n, 2)."""
    return np.asarray((pixel * 2 / SIDE - 1) * EXTENT * (1, -1), np.float32)


def to_pixels(points: Floats) -> Floats:
    """Return the pixels (n, 2) of the picture at which points (n, 2) are."""
    return np.asarray((points * (1, -1) / EXTENT + 1) * SIDE / 2, np.float32)


def _draw_points(pen: ImageDraw.ImageDraw, points: Floats, radius: int, color: tuple[int, int, int]) -> None:
    for x, y in to_pixels(points).tolist():
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=color)


def _draw_arrows(pen: ImageDraw.ImageDraw, points: Floats, gradients: Floats) -> None:
    """Draw an arrow at each of `points`, the longest of 44 pixels, the others in proportion."""
    longest = max(float(np.linalg.norm(gradients, axis=-1).max()), 1e-6)
    for start, gradient in zip(to_pixels(points), gradients * (1, -1) * LONGEST_ARROW / longest, strict=True):
        end, length = start + gradient, float(np.linalg.norm(gradient))
        if length < 2:
            continue
        pen.line([tuple(start.tolist()), tuple(end.tolist())], fill=ARROW_COLOR, width=2)
        along = gradient / length * min(HEAD, length)
        across = np.array([-along[1], along[0]]) / 2
        pen.polygon(
            [tuple(each.tolist()) for each in (end, end - along + across, end - along - across)], fill=ARROW_COLOR
        )


def _color(logits: Floats) -> Uint8Image:
    """Return logits (h, w) as colors (h, w, 3); the lowest and the highest 2 % have the colors at the ends."""
    low, high = np.quantile(logits, (0.02, 0.98))
    level = ((logits - low) / max(high - low, 1e-6)).clip(0, 1)
    ends = np.array([LOW_LOGIT, MIDDLE_LOGIT, HIGH_LOGIT], np.float32)
    return np.stack([np.interp(level, (0, 0.5, 1), ends[:, i]) for i in range(3)], axis=-1).astype(np.uint8)
