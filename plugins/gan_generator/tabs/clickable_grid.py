"""A sheet of small pictures to click on: each with a bar below, or marked by a number."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageDraw, ImageFont

from core.imaging import images
from core.imaging.images import Floats, Image

SIDE = 960  # pixels that a sheet is about wide
GAP, BAR = 6, 6  # pixels
PAPER, TRACK, LIT = (25, 21, 21), (61, 55, 53), (239, 98, 78)
MARK, LETTERS = 34, 24  # pixels


def draw(pictures: Image, bars: Floats) -> Image:
    """Return `pictures` (n, h, w, c) as one, a bar below each that is as long as `bars` (n,), 0 to 1, say."""
    canvas, corners, side = _lay(pictures)
    pen = ImageDraw.Draw(canvas)
    for (x, y), length in zip(corners, bars, strict=True):
        bottom = y + side + 2, y + side + BAR - 2
        pen.rectangle((x, bottom[0], x + side - 1, bottom[1]), fill=TRACK)
        pen.rectangle((x, bottom[0], x + max(2, round(float(length) * (side - 1))), bottom[1]), fill=LIT)
    return images.from_uint8(np.asarray(canvas))


def mark(pictures: Image, marked: Sequence[int]) -> Image:
    """Return `pictures` (n, h, w, c) as one, those at the places `marked` framed and numbered in that order."""
    canvas, corners, side = _lay(pictures)
    pen, font = ImageDraw.Draw(canvas), ImageFont.load_default(LETTERS)
    for number, place in enumerate(marked, 1):
        x, y = corners[place]
        pen.rectangle((x - 3, y - 3, x + side + 2, y + side + 2), outline=LIT, width=5)
        pen.rectangle((x, y, x + MARK, y + MARK), fill=LIT)
        pen.text((x + MARK / 2, y + MARK / 2), str(number), fill="black", font=font, anchor="mm")
    return images.from_uint8(np.asarray(canvas))


def locate(pixel: Sequence[int], count: int, side: int) -> int:
    """Return which of `count` pictures, `side` pixels wide by themselves, is at a `pixel` (x, y) of their sheet."""
    (across, down), (columns, cell) = pixel, _measure(count, side)
    return min(down // (cell + BAR) * columns + min(across // cell, columns - 1), count - 1)


def _measure(count: int, side: int) -> tuple[int, int]:
    """Return how many columns a sheet has, and how wide each is in pixels."""
    columns = math.ceil(math.sqrt(count))
    return columns, max(1, SIDE // columns // side) * side + GAP


def _lay(pictures: Image) -> tuple[pillow.Image, list[tuple[int, int]], int]:
    """Return a sheet with the pictures on it, the corner of each, and how wide each is in pixels."""
    columns, cell = _measure(len(pictures), pictures.shape[2])
    side, rows = cell - GAP, math.ceil(len(pictures) / columns)
    canvas = pillow.new("RGB", (columns * cell, rows * (cell + BAR)), PAPER)
    corners = [(i % columns * cell + GAP // 2, i // columns * (cell + BAR) + GAP // 2) for i in range(len(pictures))]
    for picture, corner in zip(pictures, corners, strict=True):
        small = pillow.fromarray(images.to_uint8(images.to_rgb(picture)))
        canvas.paste(small.resize((side, side), pillow.Resampling.NEAREST), corner)
    return canvas, corners, side
