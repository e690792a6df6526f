"""What a visitor draws or drops, made into what networks of small pictures have seen: cut, resized, bright on black."""

from __future__ import annotations

import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.images
from PIL import ImageOps

from core import images
from core.images import Image


def fit(image: Image, shape: tuple[int, ...]) -> Image:
    """Return the middle square of `image` (h, w, 3 or 4) at the height, width and channels of `shape`."""
    height, width, channels = shape
    picture = _to_pillow(image if channels > 1 else images.as_colour(brighten(image)))
    fitted = images.from_uint8(np.asarray(ImageOps.fit(picture, (width, height), pillow.Resampling.LANCZOS)))
    return fitted if channels > 1 else fitted[..., :1]


def brighten(image: Image) -> Image:
    """Return `image` in gray (h, w, 1), inverted where its border is bright, and no darker than the whole.

    Networks that learnt gray pictures learnt what is bright on black.
    """
    gray = images.flatten(images.as_colour(image)).mean(axis=-1, keepdims=True)
    border = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    return np.asarray(1 - gray if border.mean() >= max(0.5, float(gray.mean())) else gray)


def _to_pillow(image: Image) -> pillow.Image:
    return pillow.fromarray(images.to_uint8(images.flatten(image)))
