"""Pairs of a photo and a style to learn from: parts of photographs and of paintings, each at a scale of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.imaging import images
from core.imaging.images import Image, Uint8Image

RECOLOURED = 0.3  # of all styles: so that there are more palettes than there are paintings
SCALES = 0.8, 1.7  # times as many pixels a side as are asked for, a part is cut of and brought to size from


def draw_pairs(
    photos: Sequence[Uint8Image], paintings: Sequence[Uint8Image], count: int, side: int, random: np.random.Generator
) -> tuple[Image, Image]:
    """Return photos and styles, each (count, side, side, 3)."""
    pairs = [_draw_pair(photos, paintings, side, random) for _ in range(count)]
    contents, styles = (np.stack(each).astype(np.float32) for each in zip(*pairs, strict=True))
    return contents, styles


def cut(picture: Uint8Image, side: int, random: np.random.Generator) -> Image:
    """Return a random square part of `picture`, half of the time mirrored, at `side` pixels."""
    shortest = min(picture.shape[:2])
    length = int(min(shortest, side * random.uniform(*SCALES)))
    top, left = (int(random.integers(each - length + 1)) for each in picture.shape[:2])
    part = pillow.fromarray(picture[top : top + length, left : left + length])
    resized = images.from_uint8(np.asarray(part.resize((side, side), pillow.Resampling.BICUBIC)))
    return resized[:, ::-1] if random.integers(2) else resized


def recolour(image: Image, random: np.random.Generator) -> Image:
    """Return `image` with its colours in another order, as its negative, or as they are; somewhat turned."""
    order = random.permutation(3)
    turned = image[..., order] + (image - image.mean(axis=(0, 1))) @ random.normal(0, 0.15, (3, 3))
    return np.asarray(np.clip(turned, 0, 1), np.float32)


def _draw_pair(
    photos: Sequence[Uint8Image], paintings: Sequence[Uint8Image], side: int, random: np.random.Generator
) -> tuple[Image, Image]:
    photo = cut(photos[int(random.integers(len(photos)))], side, random)
    style = cut(paintings[int(random.integers(len(paintings)))], side, random)
    if random.random() < RECOLOURED:
        style = recolour(style, random)
    return photo, style
