"""Renders a map of a two-dimensional latent space: decoded images behind, test images as colored points on it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageDraw

from core.imaging import images
from core.imaging.images import Floats, Image
from core.web.sheets import write_picture

from ..example_images import CLASS_NAMES

CLASS_COLORS = (  # the palette of Okabe and Ito, safe for the color-blind, and two more
    ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#bbbbbb", "#8c6bb1", "#7fbc41"]
)
SIDE = 560  # of a map, in pixels
BACKGROUND_BRIGHTNESS, GAP_BRIGHTNESS = 0.45, 0.25
GAP = 2  # pixels between the images of a strip, before they are enlarged
POINT_RADIUS, STOP_RADIUS, CROSS = 3, 6, 13  # pixels


def render_map(manifold: Image, positions: Floats, labels: NDArray[np.int64]) -> Image:
    """Return a darkened `manifold` (h, w, 1) with a point in the color of its class at each of `positions` (n, 2).

    Positions are fractions of the width from the left and of the height from the top.
    """
    canvas = pillow.fromarray(images.to_uint8(images.to_rgb(manifold * BACKGROUND_BRIGHTNESS)))
    canvas = canvas.resize((SIDE, SIDE), pillow.Resampling.BICUBIC)
    pen = ImageDraw.Draw(canvas)
    for (x, y), label in zip(positions * SIDE, labels, strict=True):
        box = x - POINT_RADIUS, y - POINT_RADIUS, x + POINT_RADIUS, y + POINT_RADIUS
        pen.ellipse(box, fill=CLASS_COLORS[label])
    return images.from_uint8(np.asarray(canvas))


def draw_path(rendered: Image, positions: Floats) -> Image:
    """Return a map with a white line through `positions` (n, 2), a dot at each."""
    canvas = pillow.fromarray(images.to_uint8(rendered))
    pen, places = ImageDraw.Draw(canvas), [(x, y) for x, y in (positions * SIDE).tolist()]
    pen.line(places, fill="white", width=3)
    for x, y in places:
        pen.ellipse((x - STOP_RADIUS, y - STOP_RADIUS, x + STOP_RADIUS, y + STOP_RADIUS), fill="white", outline="black")
    return images.from_uint8(np.asarray(canvas))


def mark_drawing(rendered: Image, position: Floats) -> Image:
    """Return a map with a cross at a position (2,), at the border where that is beyond it."""
    canvas = pillow.fromarray(images.to_uint8(rendered))
    x, y = (np.clip(position, 0.02, 0.98) * SIDE).tolist()
    pen = ImageDraw.Draw(canvas)
    for color, width, reach in (("black", 9, CROSS), ("white", 5, CROSS - 2)):
        pen.line((x - reach, y - reach, x + reach, y + reach), fill=color, width=width)
        pen.line((x - reach, y + reach, x + reach, y - reach), fill=color, width=width)
    return images.from_uint8(np.asarray(canvas))


def write_strip(pictures: Sequence[Image], name: str) -> str:
    """Write images (h, w, 1) beside each other, enlarged, as a PNG and return its path."""
    gap = np.full((pictures[0].shape[0], GAP, 1), GAP_BRIGHTNESS, np.float32)
    parts = [part for picture in pictures for part in (gap, picture)]
    return write_picture(np.concatenate(parts[1:], axis=1), name)


def legend(subject: str) -> str:
    """Return HTML that names the class of each color, for the data set "mnist" or "fashion"."""
    entry = Markup('<span style="white-space:nowrap"><span style="color:{}">●</span> {}</span>')
    entries = [entry.format(color, name) for color, name in zip(CLASS_COLORS, CLASS_NAMES[subject], strict=True)]
    return str(Markup('<p class="legend">{}</p>').format(Markup(" ").join(entries)))
