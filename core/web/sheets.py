"""Many small pictures shown as one: rows with words before them, and animations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageDraw, ImageFont

from core.imaging import images
from core.imaging.images import Image
from core.web import pages

ON_A_SHEET, ALONE = 3, 12  # times as large is one of many small pictures shown, and one by itself
LABEL_WIDTH, LABEL_SIZE, LABEL_PAPER, TOP = 132, 23, "#262120", 54  # pixels
FRAME_MILLISECONDS = 60


def write_picture(picture: Image, name: str) -> str:
    """Return the path of a PNG that shows one small picture (h, w, c) large."""
    return pages.write_png(images.upscale_nearest(picture, ALONE), name)


def write_rows(rows: Iterable[tuple[str, Image]], name: str) -> str:
    """Return the path of a PNG of rows of small pictures, each what is written before it and (n, h, w, c)."""
    labels, pictures_in_rows = zip(*rows, strict=True)
    sheet = np.concatenate([np.concatenate(list(row), axis=1) for row in pictures_in_rows])
    return pages.write_png(label_rows(images.upscale_nearest(sheet, ON_A_SHEET), labels), name)


def label_rows(sheet: Image, labels: Sequence[str]) -> Image:
    """Return a `sheet` of as many rows as there are `labels`, each before its row; on top is room for buttons."""
    height, width = sheet.shape[:2]
    canvas = pillow.new("RGB", (width + LABEL_WIDTH, height + TOP), LABEL_PAPER)
    canvas.paste(pillow.fromarray(images.to_uint8(images.to_rgb(sheet))), (LABEL_WIDTH, TOP))
    pen, font = ImageDraw.Draw(canvas), ImageFont.load_default(LABEL_SIZE)
    for i, label in enumerate(labels):
        middle = TOP + (i + 0.5) * height / len(labels)
        pen.text((LABEL_WIDTH - 8, middle), label, fill="white", font=font, anchor="rm")
    return images.from_uint8(np.asarray(canvas))


def write_animation(way: Image, name: str) -> str:
    """Return the path of a WebP that goes through small pictures (n, h, w, c) and back, for ever."""
    there = [images.to_uint8(images.upscale_nearest(images.to_rgb(frame), ALONE)) for frame in way]
    frames = [pillow.fromarray(frame) for frame in (*there, *there[-2:0:-1])]
    path = pages.new_file(f"{name}.webp")
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=FRAME_MILLISECONDS, loop=0, lossless=True)
    return str(path)
