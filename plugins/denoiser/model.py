"""A denoiser for any noise level: a U-Net of residual blocks with a noise-level map as a fourth input channel.

FFDNet (Zhang, Zuo & Zhang 2018, https://arxiv.org/abs/1710.04026) works at half resolution and takes a noise-level
map; DRUNet (Zhang et al. 2021, https://arxiv.org/abs/2008.13751) puts the map into a U-Net of residual blocks. This
is a small DRUNet that starts at half resolution, so that most of its arithmetic runs on small feature maps.
"""

from __future__ import annotations

from typing import NamedTuple

import keras
import numpy as np
from keras import layers

from core.errors import check_range
from core.imaging import tiling
from core.imaging.flatness import keep_gray_and_flat
from core.imaging.images import Image
from core.imaging.transparency import fill_transparent
from core.networks.layers import residual_blocks
from core.progress import Steps

from .noise import MAX_SIGMA, estimate_sigma, shared_noise_gain


class Denoised(NamedTuple):
    """The result of `denoise`: the clean image (h, w, c), 0 to 1, and the noise level σ (0 to 75) that was removed."""

    image: Image
    sigma: float


def build_denoiser(widths: tuple[int, ...] = (40, 80, 160), blocks: tuple[int, ...] = (1, 2, 3)) -> keras.Model:
    """Build the network from (image, noise-level map) to the clean image.

    Args:
        widths: channels at 1/2, 1/4, … of the resolution.
        blocks: residual blocks at each of these levels, in the encoder and again in the decoder.

    Returns:
        A model of inputs `noisy` (n, h, w, 3) in 0 to 1 and `noise_level` (n, h, w, 1), σ/255, and output
        (n, h, w, 3). Heights and widths must be multiples of `size_multiple(model)`.
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
    # Initialized to zero, the network starts as the identity, which saved thousands of steps at σ 25.
    noise = layers.Conv2DTranspose(3, 2, strides=2, kernel_initializer="zeros", dtype="float32", name="noise")(x)
    return keras.Model([noisy, noise_level], layers.Add(dtype="float32")([noisy, noise]), name="denoiser")


def size_multiple(model: keras.Model) -> int:
    """Return what heights and widths must be multiples of: 2 to the power of the number of downsampling levels."""
    levels = [layer for layer in model.layers if layer.name.startswith("down")]
    return int(2 ** len(levels))


def denoise(network: keras.Model, image: Image, sigma: float | None = None) -> Steps[Denoised]:
    """Remove noise from an image of any size; an alpha channel is kept as it is.

    Gray images stay gray, and areas of exactly one color keep it. At σ 0 the image is returned as it is.

    Args:
        image: the noisy image.
        sigma: its noise level, 0 to 75 in 8-bit units; estimated from the image if left out.
    """
    color = fill_transparent(image)
    if sigma is None:
        sigma = min(estimate_sigma(color), MAX_SIGMA)
    check_range("sigma", sigma, 0, MAX_SIGMA)
    if sigma == 0:
        return Denoised(image, 0.0)
    level = np.float32(min(sigma * shared_noise_gain(color), MAX_SIGMA) / 255)

    def denoise_tile(tile: Image) -> Image:
        noise_level = np.full((1, *tile.shape[:2], 1), level, np.float32)
        clean: Image = network.predict_on_batch((tile[None], noise_level))[0]
        return clean

    restored = yield from tiling.apply(denoise_tile, color, multiple=size_multiple(network))
    restored = keep_gray_and_flat(restored.clip(0, 1), color)
    return Denoised(np.concatenate([restored, image[..., 3:]], axis=-1), sigma)
