"""Resizing, and preparing a visitor's picture or drawing for networks of small images."""

from __future__ import annotations

import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageOps

from core.imaging import images
from core.imaging.images import Image


def center_crop_resize(image: Image, shape: tuple[int, ...]) -> Image:
    """Return the largest centered crop of `image` with the aspect ratio of `shape`, resized by a Lanczos filter.

    Args:
        image: (h, w, 1, 3 or 4), 0 to 1; transparent pixels become white.
        shape: height, width and channels (1 or 3) of the result. With one channel, the image is first converted to
            light on dark, as the data sets of gray images are.

    Returns:
        An image of that shape, rounded to 8 bits.
    """
    height, width, channels = shape
    picture = _to_pillow(image if channels > 1 else images.to_rgb(to_light_on_dark(image)))
    cropped = images.from_uint8(np.asarray(ImageOps.fit(picture, (width, height), pillow.Resampling.LANCZOS)))
    return cropped if channels > 1 else cropped[..., :1]


def to_light_on_dark(image: Image) -> Image:
    """Return `image` (h, w, 1, 3 or 4) in gray (h, w, 1), inverted if it is dark on light.

    It is taken for dark on light if the mean of its border is at least 0.5 and at least the mean of the whole. MNIST
    and Fashion-MNIST are light on dark, so networks trained on them expect that.
    """
    gray = images.composite_on_white(images.to_rgb(image)).mean(axis=-1, keepdims=True)
    border = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    return np.asarray(1 - gray if border.mean() >= max(0.5, float(gray.mean())) else gray)


def resize_bicubic(image: Image, height: int, width: int) -> Image:
    """Return `image` at another size by Pillow's antialiased bicubic filter (Keys 1981, a = -0.5).

    Args:
        image: (h, w, c), any number of channels, each of which is filtered in float32.
        height: of the result.
        width: of the result.

    Returns:
        (height, width, c), not clipped: it may lie slightly outside 0 to 1. `image` itself if it has that size.
    """
    if image.shape[:2] == (height, width):
        return image
    channels = [
        pillow.fromarray(np.ascontiguousarray(channel, np.float32)).resize((width, height), pillow.Resampling.BICUBIC)
        for channel in np.moveaxis(image, -1, 0)
    ]
    return np.stack([np.asarray(channel) for channel in channels], axis=-1)


def _to_pillow(image: Image) -> pillow.Image:
    return pillow.fromarray(images.to_uint8(images.composite_on_white(image)))
