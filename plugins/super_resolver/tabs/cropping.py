"""Crops of a photo that are small enough to upscale on the page."""

from __future__ import annotations

import gradio as gr

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Image
from core.web.pages import Dropped

CROPS = {"automatic": 0, "1024 px": 1024, "512 px": 512, "256 px": 256, "128 px": 128}
AUTOMATIC_CROP = 512  # pixels
CHOSEN_TEXT = "A crop of your {width} × {height} pixels. Click the photo for another crop."
AUTOMATIC_TEXT = (
    "The whole photo ({width} × {height} pixels) is too large to upscale {scale} times on this server; the command "
    "line has no such limit. Showing a {crop} px crop: click the photo for another one."
)


def crop_at(photo: Dropped, crop: int, clicks: int, click: gr.SelectData) -> tuple[int, float, float, int]:
    """Return (crop size, x, y, clicks + 1) for a click on `photo`: x and y in % of its width and height."""
    sides = images.size(photo) if photo else (1, 1)
    x, y = (round(100 * at / side) for at, side in zip(click.index, sides, strict=True))
    fitting = [side for side in CROPS.values() if 0 < side <= min(sides) / 2]
    return crop or max(fitting, default=min(filter(None, CROPS.values()))), x, y, clicks + 1


def automatic_size(image: Image, max_megapixels: float) -> int:
    """Return the side of the crop of an image above `max_megapixels`; 0, the whole image, below."""
    return AUTOMATIC_CROP if megapixels(image) > max_megapixels else 0


def megapixels(image: Image) -> float:
    """Return the number of pixels of `image` in millions."""
    return float(image.shape[0] * image.shape[1] / 1e6)


def cut_out(image: Image, side: int, x: float, y: float) -> Image:
    """Return a crop of at most `side` × `side` pixels, moved inside the image; the whole image where `side` is 0.

    Args:
        image: (h, w, c).
        side: the side of the crop in pixels.
        x: its center in % of the width.
        y: its center in % of the height.
    """
    if side < 0 or not 0 <= x <= 100 or not 0 <= y <= 100:
        raise UserError(f"The crop is {side} pixels at {x:g} %, {y:g} %: use a positive size, and 0 to 100 %.")
    if side == 0:
        return image
    centers = y / 100 * image.shape[0], x / 100 * image.shape[1]
    top, left = (
        round(min(max(0, center - side / 2), max(0, length - side)))
        for center, length in zip(centers, image.shape[:2], strict=True)
    )
    return image[top : top + side, left : left + side]


def describe(whole: Image, crop: int, scale: int) -> str:
    """Return a sentence that says that only a crop of `whole` is shown and, if it is automatic (`crop` is 0), why."""
    height, width = whole.shape[:2]
    text = CHOSEN_TEXT if crop else AUTOMATIC_TEXT
    return text.format(width=width, height=height, scale=scale, crop=AUTOMATIC_CROP)
