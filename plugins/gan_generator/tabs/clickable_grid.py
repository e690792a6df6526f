"""A grid of small images to click on, rendered as one picture, with a bar below each image or numbers on some."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageDraw, ImageFont

from core.imaging import images
from core.imaging.images import Floats, Image
from core.web import pages

WIDTH = 960  # pixels of a grid, approximately
GAP, BAR = 6, 6  # pixels
BACKGROUND, BAR_EMPTY, ACCENT = (25, 21, 21), (61, 55, 53), (239, 98, 78)
BADGE, FONT_SIZE = 34, 24  # pixels


def render_with_bars(pictures: Image, values: Floats) -> Image:
    """Return images (n, h, w, c) as a grid, with a bar below each that shows its value (n,), 0 to 1."""
    canvas, corners, side = _paste(pictures)
    pen = ImageDraw.Draw(canvas)
    for (x, y), value in zip(corners, values, strict=True):
        top, bottom = y + side + 2, y + side + BAR - 2
        pen.rectangle((x, top, x + side - 1, bottom), fill=BAR_EMPTY)
        pen.rectangle((x, top, x + max(2, round(float(value) * (side - 1))), bottom), fill=ACCENT)
    return images.from_uint8(np.asarray(canvas))


def render_with_numbers(pictures: Image, chosen: Sequence[int]) -> Image:
    """Return images (n, h, w, c) as a grid; those at the indices `chosen` are framed and numbered in that order."""
    canvas, corners, side = _paste(pictures)
    pen, font = ImageDraw.Draw(canvas), ImageFont.load_default(FONT_SIZE)
    for number, index in enumerate(chosen, 1):
        x, y = corners[index]
        pen.rectangle((x - 3, y - 3, x + side + 2, y + side + 2), outline=ACCENT, width=5)
        pen.rectangle((x, y, x + BADGE, y + BADGE), fill=ACCENT)
        pen.text((x + BADGE / 2, y + BADGE / 2), str(number), fill="black", font=font, anchor="mm")
    return images.from_uint8(np.asarray(canvas))


def css_classes(count: int) -> str:
    """Return the CSS classes of the component that shows a grid of `count` images."""
    columns = math.ceil(math.sqrt(count))
    return pages.grid_classes(columns, math.ceil(count / columns))


def locate(pixel: Sequence[int], count: int, side: int) -> int:
    """Return the index of the image at a pixel of a grid.

    Args:
        pixel: (x, y) in the grid.
        count: how many images are in the grid.
        side: of one of the images before it was enlarged, in pixels.
    """
    (x, y), (columns, cell) = pixel, _measure(count, side)
    return min(y // (cell + BAR) * columns + min(x // cell, columns - 1), count - 1)


def _measure(count: int, side: int) -> tuple[int, int]:
    """Return how many columns a grid has, and how wide each is in pixels."""
    columns = math.ceil(math.sqrt(count))
    return columns, max(1, WIDTH // columns // side) * side + GAP


def _paste(pictures: Image) -> tuple[pillow.Image, list[tuple[int, int]], int]:
    """Return a canvas with the images on it, the top left corner of each, and its side there in pixels."""
    columns, cell = _measure(len(pictures), pictures.shape[2])
    side, rows = cell - GAP, math.ceil(len(pictures) / columns)
    canvas = pillow.new("RGB", (columns * cell, rows * (cell + BAR)), BACKGROUND)
    corners = [(i % columns * cell + GAP // 2, i // columns * (cell + BAR) + GAP // 2) for i in range(len(pictures))]
    for picture, corner in zip(pictures, corners, strict=True):
        small = pillow.fromarray(images.to_uint8(images.to_rgb(picture)))
        canvas.paste(small.resize((side, side), pillow.Resampling.NEAREST), corner)
    return canvas, corners, side
