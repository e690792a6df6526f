"""Training pairs: a random crop of a photo and one of a painting."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.imaging import images
from core.imaging.images import Image, Uint8Image

JITTERED = 0.3  # share of the style crops with changed colors: there are few paintings, and so few palettes
SCALES = 0.8, 1.7  # range of a crop's side, relative to the side that it is resized to


def sample_pairs(
    photos: Sequence[Uint8Image], paintings: Sequence[Uint8Image], count: int, side: int, random: np.random.Generator
) -> tuple[Image, Image]:
    """Return content and style crops, each (count, side, side, 3) in 0 to 1."""
    pairs = [_sample_pair(photos, paintings, side, random) for _ in range(count)]
    contents, styles = (np.stack(each).astype(np.float32) for each in zip(*pairs, strict=True))
    return contents, styles


def sample_photo(photos: Sequence[Uint8Image], side: int, random: np.random.Generator) -> Image:
    """Return a content crop (side, side, 3)."""
    return random_crop(_choose(photos, random), side, random)


def sample_style(paintings: Sequence[Uint8Image], side: int, random: np.random.Generator) -> Image:
    """Return a style crop (side, side, 3)."""
    style = random_crop(_choose(paintings, random), side, random)
    return color_jitter(style, random) if random.random() < JITTERED else style


def random_crop(image: Uint8Image, side: int, random: np.random.Generator) -> Image:
    """Return a random square of `image` (h, w, 3), resized to `side` pixels, flipped half of the time."""
    shortest = min(image.shape[:2])
    length = int(min(shortest, side * random.uniform(*SCALES)))
    top, left = (int(random.integers(each - length + 1)) for each in image.shape[:2])
    crop = pillow.fromarray(image[top : top + length, left : left + length])
    resized = images.from_uint8(np.asarray(crop.resize((side, side), pillow.Resampling.BICUBIC)))
    return resized[:, ::-1] if random.integers(2) else resized


def color_jitter(image: Image, random: np.random.Generator) -> Image:
    """Return `image` (h, w, 3) with its channels permuted and a random linear map added to its colors."""
    order = random.permutation(3)
    jittered = image[..., order] + (image - image.mean(axis=(0, 1))) @ random.normal(0, 0.15, (3, 3))
    return np.asarray(np.clip(jittered, 0, 1), np.float32)


def _sample_pair(
    photos: Sequence[Uint8Image], paintings: Sequence[Uint8Image], side: int, random: np.random.Generator
) -> tuple[Image, Image]:
    content = sample_photo(photos, side, random)
    return content, sample_style(paintings, side, random)


def _choose(pictures: Sequence[Uint8Image], random: np.random.Generator) -> Uint8Image:
    return pictures[int(random.integers(len(pictures)))]
