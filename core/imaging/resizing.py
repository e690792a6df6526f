"""What a visitor draws or drops, made into what networks of small pictures have seen: cut, resized, bright on black."""

from __future__ import annotations

import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageOps

from core.imaging import images
from core.imaging.images import Image


def center_crop_resize(image: Image, shape: tuple[int, ...]) -> Image:
    """Return the middle square of `image` (h, w, 3 or 4) at the height, width and channels of `shape`."""
    height, width, channels = shape
    picture = _to_pillow(image if channels > 1 else images.to_rgb(to_light_on_dark(image)))
    fitted = images.from_uint8(np.asarray(ImageOps.fit(picture, (width, height), pillow.Resampling.LANCZOS)))
    return fitted if channels > 1 else fitted[..., :1]


def to_light_on_dark(image: Image) -> Image:
    """Return `image` in gray (h, w, 1), inverted where its border is bright, and no darker than the whole.

    Networks that learnt gray pictures learnt what is bright on black.
    """
    gray = images.composite_on_white(images.to_rgb(image)).mean(axis=-1, keepdims=True)
    border = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    return np.asarray(1 - gray if border.mean() >= max(0.5, float(gray.mean())) else gray)


def resize_bicubic(image: Image, height: int, width: int) -> Image:
    """Return `image` (h, w, c) at another size by Pillow's antialiased bicubic filter (Keys 1981, a = -0.5).

    Each channel is filtered in float32; the result is not clipped, so it may lie slightly outside 0 to 1.
    """
    if image.shape[:2] == (height, width):
        return image
    channels = [
        pillow.fromarray(np.ascontiguousarray(channel)).resize((width, height), pillow.Resampling.BICUBIC)
        for channel in np.moveaxis(image, -1, 0)
    ]
    return np.stack([np.asarray(channel, np.float32) for channel in channels], axis=-1)


def _to_pillow(image: Image) -> pillow.Image:
    return pillow.fromarray(images.to_uint8(images.composite_on_white(image)))
