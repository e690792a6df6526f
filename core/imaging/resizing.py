"""Resizing, and preparing a visitor's picture or drawing for networks of small images."""

from __future__ import annotations

import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageOps

from core.imaging import images
from core.imaging.images import Image

UNIFORM = 0.55  # share of a border of one brightness, above which the background is taken to have it throughout
FLAT = 0.02  # an image that differs from its background by less shows nothing
DARKEST_PAPER = 0.05
TRANSPARENT = 0.5  # alpha below which a pixel is background
FITS = 8


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


def center_crop(image: Image, height: int, width: int) -> Image:
    """Return the middle of `image` (h, w, c), at most `height` × `width` pixels of it."""
    top, left = (max(0, have - want) // 2 for have, want in zip(image.shape, (height, width), strict=False))
    return image[top : top + height, left : left + width]


def to_light_on_dark(image: Image) -> Image:
    """Return `image` (h, w, 1, 3 or 4) in gray (h, w, 1), inverted if it is dark on light.

    MNIST and Fashion-MNIST are light on dark, so networks trained on them expect that. The background is what
    continues the border smoothly across the image. If most of what differs from it is darker, the image is taken for
    dark on light, however dim the paper is: it is divided by its background, which removes shade, and inverted.
    """
    gray = _to_gray(image)
    paper = _extend_border(gray)
    difference = gray - paper
    is_flat = np.abs(difference).max() < FLAT
    if paper.mean() < 0.5 if is_flat else difference.mean() > 0:
        return gray
    return np.asarray(1 - (gray / np.maximum(paper, DARKEST_PAPER)).clip(0, 1))


def _to_gray(image: Image) -> Image:
    """Return `image` as (h, w, 1); what is transparent becomes white, or black where the visible part is light."""
    if image.shape[-1] != 4:
        return np.asarray(images.to_rgb(image).mean(axis=-1, keepdims=True))
    alpha, ink = image[..., 3:], image[..., :3].mean(axis=-1, keepdims=True)
    is_light = float((ink * alpha).sum()) > 0.5 * float(alpha.sum())
    if is_light and alpha.min() < TRANSPARENT:
        return np.asarray(ink * alpha)
    return np.asarray(images.composite_on_white(image).mean(axis=-1, keepdims=True))


def _extend_border(gray: Image) -> Image:
    """Return the quadratic surface that fits the border of `gray` (h, w, 1) best, as (h, w, 1).

    Border pixels that differ much from the others, such as a stroke that touches the border, count little: the fit is
    repeated, each time with weights that fall with the residual (iteratively reweighted least squares).
    """
    height, width, _ = gray.shape
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=-1)
    edge = np.ones((height, width), bool)
    edge[1:-1, 1:-1] = False
    values = gray[..., 0][edge].astype(np.float64)
    levels = np.percentile(values, (10, 50, 90))
    shares = [float((np.abs(values - level) < FLAT).mean()) for level in levels]
    if max(shares) > UNIFORM:  # evenly lit, and perhaps touched by what it shows
        return np.full_like(gray, levels[int(np.argmax(shares))])
    surface = np.zeros(terms.shape[-1])
    surface[0] = np.median(values)
    for _ in range(FITS):
        residual = np.abs(values - terms[edge] @ surface)
        weights = np.sqrt(1 / (residual + 1e-3))[:, None]
        surface = np.linalg.lstsq(terms[edge] * weights, values * weights[:, 0], rcond=None)[0]
    return np.asarray((terms @ surface)[..., None], np.float32).clip(0, 1)


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
