"""Small pictures shown large: one alone, a grid of labeled rows, an animation.

The labels of rows are drawn, in English: so a downloaded picture has them. A page has their words beside it, for
screen readers, and in other languages shows them over those that are drawn (`scripts/sheets.js`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageDraw, ImageFont

from core.imaging import images
from core.imaging.images import Image
from core.web.output_files import new_file, write_png

GRID_SCALE, LARGE, LARGE_SCALE = 3, 64, 2  # how many times a picture is enlarged in a grid; one of that many pixels
SINGLE_SCALE, SINGLE_SIDE = 12, 384  # how many times one alone is enlarged, and to how many pixels, at most
LABEL_WIDTH, LABEL_SIZE, LABEL_GAP = 180, 32, 8  # pixels; the page shows that size as 12 px or more (scripts/sheets.js)
LABEL_BACKGROUND, LABEL_COLOR = "#262120", "white"
LINE_HEIGHT = 1.2  # of the label's size
FRAME_MILLISECONDS = 60
BLOCK = 4  # pixels of the blocks that WebP compresses: squares of a multiple take half the bytes


def write_picture(picture: Image, name: str) -> str:
    """Write one small picture, enlarged, as a PNG and return its path.

    Args:
        picture: (height, width, channels), 0 to 1.
        name: the name of the file, without its suffix.
    """
    return write_png(images.upscale_nearest(picture, _single_scale(picture)), name)


class Sheet(str):
    """The path of a picture of labeled rows.

    Attributes:
        labels: of its rows.
    """

    labels: Sequence[str] = ()


def with_labels(value: Any, component: Any) -> Any:
    """Return the value of an output, for a sheet an update: the labels of its rows follow the component's, by lines."""
    if not isinstance(value, Sheet) or not isinstance(component, gr.Image):
        return value
    lines = [title_of(component.label or ""), *(" ".join(label.split()) for label in value.labels)]
    return gr.update(value=str(value), label="\n".join(lines))


def title_of(label: str) -> str:
    """Return the label of a component without those of its rows."""
    return label.split("\n")[0]


def write_rows(rows: Iterable[tuple[str, Image]], name: str, scale: int | None = None) -> Sheet:
    """Write labeled rows of small pictures, enlarged, as a PNG and return its path.

    Args:
        rows: each its label and its pictures (n, height, width, channels), 0 to 1; all of one shape.
        name: the name of the file, without its suffix.
        scale: how many times they are enlarged; None: 3, but 2 where they are large already.
    """
    labels, pictures = zip(*rows, strict=True)
    grid = np.concatenate([np.concatenate(list(row), axis=1) for row in pictures])
    scale = scale or (LARGE_SCALE if pictures[0].shape[1] >= LARGE else GRID_SCALE)
    return write_labeled(images.upscale_nearest(grid, scale), labels, name)


def write_labeled(grid: Image, labels: Sequence[str], name: str) -> Sheet:
    """Write rows of pictures with their labels, as `label_rows` draws them, as a PNG and return its path."""
    sheet = Sheet(write_png(label_rows(grid, labels), name))
    sheet.labels = tuple(labels)
    return sheet


def label_rows(grid: Image, labels: Sequence[str]) -> Image:
    """Return `grid` in RGB with each row's label on its left.

    Args:
        grid: (height, width, channels), 0 to 1: as many rows of one height as there are labels.
        labels: what to write before the rows.
    """
    height, width = grid.shape[:2]
    canvas = pillow.new("RGB", (width + LABEL_WIDTH, height), LABEL_BACKGROUND)
    canvas.paste(pillow.fromarray(images.to_uint8(images.to_rgb(grid))), (LABEL_WIDTH, 0))
    pen, row = ImageDraw.Draw(canvas), height / len(labels)
    for i, label in enumerate(labels):
        place = LABEL_WIDTH - LABEL_GAP, (i + 0.5) * row
        pen.text(place, label, fill=LABEL_COLOR, font=_fitting_font(label, row), anchor="rm", align="right")
    return images.from_uint8(np.asarray(canvas))


def _fitting_font(label: str, height: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the font of a label: smaller where it is too wide, or has more lines than fit into `height` pixels."""
    lines = label.split("\n")
    widest = max(ImageFont.load_default(LABEL_SIZE).getlength(line) for line in lines)
    room = LABEL_WIDTH - 2 * LABEL_GAP
    size = min(LABEL_SIZE, LABEL_SIZE * room / max(widest, 1), height / len(lines) / LINE_HEIGHT)
    return ImageFont.load_default(size)


def write_animation(pictures: Image, name: str) -> str:
    """Write small pictures, enlarged, as a WebP that plays them forward and backward in a loop, and return its path.

    Args:
        pictures: (n, height, width, channels), 0 to 1.
        name: the name of the file, without its suffix.
    """
    scale = _single_scale(pictures[0])
    scale = scale // BLOCK * BLOCK or scale
    enlarged = [images.to_uint8(images.upscale_nearest(images.to_rgb(each), scale)) for each in pictures]
    frames = [pillow.fromarray(frame) for frame in (*enlarged, *enlarged[-2:0:-1])]
    path = new_file(f"{name}.webp")
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=FRAME_MILLISECONDS, loop=0, lossless=True)
    return str(path)


def _single_scale(picture: Image) -> int:
    """Return how many times a picture is enlarged alone: its pixels become squares."""
    return max(1, min(SINGLE_SCALE, SINGLE_SIDE // int(max(picture.shape[:2]))))
