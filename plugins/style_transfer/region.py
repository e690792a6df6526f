"""Restricts a style to a region of a photo, whose border is soft."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from core.imaging import images
from core.imaging.images import Image
from core.imaging.resizing import resize_bicubic

SOFTNESS = 0.01  # standard deviation of the border's blur, relative to the photo's longer side


def blend(content: Image, stylized: Image, mask: Image) -> Image:
    """Return the photo, stylized where a mask is white, both (h, w, 3).

    Args:
        content: the photo.
        stylized: the stylized photo.
        mask: white where the style applies, black elsewhere, of any size; it is stretched to the photo's.
    """
    height, width = content.shape[:2]
    weight = resize_bicubic(images.composite_on_white(mask).mean(axis=-1, keepdims=True), height, width)
    sigma = SOFTNESS * max(height, width)
    weight = np.clip(ndimage.gaussian_filter(weight, (sigma, sigma, 0)), 0, 1)
    return np.asarray(content + weight * (stylized - content), np.float32)
