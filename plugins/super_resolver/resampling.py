"""How pictures are made small, which the networks learnt to undo; the enlargement that they must beat; what is scored.

All is Pillow's bicubic interpolation (Keys 1981, a = -0.5), antialiased when it shrinks: what MATLAB's `imresize`, and
so the papers, do. What a network is given, and what is scored, has 8 bits a channel, as a file would.
"""

from __future__ import annotations

import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.imaging import images
from core.imaging.images import Image
from core.imaging.metrics import luma, shave

FILL_CELL = 8  # pixels: over so many what is near a transparent pixel is averaged
SEEN = 1e-3  # of alpha: below it, nothing is near
SCALES = {"x4": 4, "x3": 3, "x2": 2, "x4_real": 4, "digits": 2}  # of each checkpoint
CLEAN = {2: "x2", 3: "x3", 4: "x4"}  # the checkpoint for each scale
REAL = "x4_real"  # for pictures with the faults of `degradation`; what it makes is shrunk to smaller scales


def crop(image: Image, scale: int) -> Image:
    """Return `image` without the rows and columns that do not fill a multiple of `scale`."""
    height, width = (side // scale * scale for side in image.shape[:2])
    return image[:height, :width]


def shrink(image: Image, scale: int) -> Image:
    """Return `image` (h, w, 3) at 1/`scale` of its sides, which are multiples of `scale`, rounded to 8 bits."""
    size = image.shape[1] // scale, image.shape[0] // scale
    small = pillow.fromarray(images.to_uint8(image)).resize(size, pillow.Resampling.BICUBIC)
    return images.from_uint8(np.asarray(small))


def enlarge(image: Image, scale: int) -> Image:
    """Return `image` at `scale` times its sides, by bicubic interpolation; any number of channels.

    Of four channels the last is the alpha: nothing of what is transparent gets into what is not.
    """
    colour = fill_transparent(image) if image.shape[-1] == 4 else image[..., :3]
    channels = np.concatenate([colour, image[..., 3:]], axis=-1)
    return resize(channels, image.shape[0] * scale, image.shape[1] * scale)


def fill_transparent(image: Image) -> Image:
    """Return the three colours of `image`, and where it is transparent those of what is near and is not."""
    colour, alpha = image[..., :3], image[..., 3:]
    if alpha.min() > 0 or alpha.max() == 0:
        return colour
    near = max(1, image.shape[0] // FILL_CELL), max(1, image.shape[1] // FILL_CELL)
    both = resize(resize(np.concatenate([colour * alpha, alpha], axis=-1), *near), *image.shape[:2])
    mean = (colour * alpha).mean(axis=(0, 1)) / alpha.mean()
    filled = np.where(both[..., 3:] > SEEN, both[..., :3] / np.maximum(both[..., 3:], SEEN), mean)
    return np.where(alpha > 0, colour, filled).clip(0, 1).astype(np.float32)


def resize(image: Image, height: int, width: int) -> Image:
    """Return `image` at that size, by bicubic interpolation, in 0 to 1; any number of channels."""
    channels = [pillow.fromarray(channel) for channel in np.moveaxis(image, -1, 0)]
    resized = [np.asarray(channel.resize((width, height), pillow.Resampling.BICUBIC)) for channel in channels]
    result: Image = np.stack(resized, axis=-1).clip(0, 1)
    return result


def brightness(image: Image, scale: int) -> Image:
    """Return the brightness of `image`, at 8 bits a channel, where papers score it: `scale` pixels off each side."""
    return shave(luma(images.from_uint8(images.to_uint8(image))), scale)
