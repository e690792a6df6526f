"""A denoiser for any σ: a U-Net of residual blocks that is told the noise level by a map (FFDNet's idea).

FFDNet (Zhang, Zuo & Zhang 2018, https://arxiv.org/abs/1710.04026) works at half resolution and takes a noise-level
map; DRUNet (Zhang et al. 2021, https://arxiv.org/abs/2008.13751) puts it into a U-Net of residual blocks. Ours is
a small DRUNet that starts at half resolution: most of its arithmetic is done on an eighth of the sides.
"""

from __future__ import annotations

from typing import NamedTuple

import keras
import numpy as np
from keras import layers

from core.errors import UserError
from core.imaging import tiling
from core.imaging.images import Image
from core.networks.layers import residual_blocks
from core.progress import Steps

from .noise import LARGEST_SIGMA, estimate_sigma


class Denoised(NamedTuple):
    """What `denoise` returns: the clean image (h, w, c), 0 to 1, and the σ (0 to 75) that was taken out."""

    image: Image
    sigma: float


def build_denoiser(widths: tuple[int, ...] = (40, 80, 160), blocks: tuple[int, ...] = (1, 2, 3)) -> keras.Model:
    """Return the network from (n, h, w, 3) in 0 to 1 and its noise-level map (n, h, w, 1), σ/255, to (n, h, w, 3).

    `widths` are the channels at a half, a quarter, ... of the resolution, `blocks` the residual blocks at each, on
    the way down and up again. Heights and widths must be multiples of 2 to the power of `len(widths)`.
    """
    noisy = keras.Input((None, None, 3), name="noisy")
    noise_level = keras.Input((None, None, 1), name="noise_level")
    x = layers.concatenate([noisy, noise_level])
    skips = []
    for level, (width, depth) in enumerate(zip(widths, blocks, strict=True)):
        x = layers.Conv2D(width, 2, strides=2, name=f"down{level}")(x)
        if level < len(widths) - 1:
            x = residual_blocks(x, depth, f"encoder{level}_")
            skips.append(x)
    x = residual_blocks(x, blocks[-1], "middle_")
    for level in reversed(range(len(skips))):
        x = layers.Conv2DTranspose(widths[level], 2, strides=2, name=f"up{level}")(x)
        x = layers.add([x, skips[level]])
        x = residual_blocks(x, blocks[level], f"decoder{level}_")
    # Starting at zero, the network starts as the identity: at σ 25 that saved thousands of steps.
    noise = layers.Conv2DTranspose(3, 2, strides=2, kernel_initializer="zeros", dtype="float32", name="noise")(x)
    return keras.Model([noisy, noise_level], layers.Add(dtype="float32")([noisy, noise]), name="denoiser")


def denoise(network: keras.Model, image: Image, sigma: float | None = None) -> Steps[Denoised]:
    """Remove Gaussian noise from a picture of any size; transparency is kept as it is.

    Args:
        image: the noisy picture.
        sigma: how much noise it holds, 0 to 75 in 8-bit units; left out, it is estimated from the picture.
    """
    colour = image[..., :3]
    if sigma is None:
        sigma = min(estimate_sigma(colour), LARGEST_SIGMA)
    if not 0 <= sigma <= LARGEST_SIGMA:
        raise UserError(f"sigma is {sigma:g}: use 0 to {LARGEST_SIGMA:g}, or leave it out to have it estimated.")
    level = np.float32(sigma / 255)

    def denoise_tile(tile: Image) -> Image:
        noise_level = np.full((1, *tile.shape[:2], 1), level, np.float32)
        clean: Image = network.predict_on_batch((tile[None], noise_level))[0]
        return clean

    restored = np.clip((yield from tiling.apply(denoise_tile, colour)), 0, 1)
    return Denoised(np.concatenate([restored, image[..., 3:]], axis=-1), sigma)
