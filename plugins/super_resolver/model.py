"""A super-resolver: residual blocks at low resolution, followed by a pixel shuffle.

EDSR's blocks without normalization (Lim et al. 2017, https://arxiv.org/abs/1707.02921), with fewer channels; sub-pixel
convolution as in ESPCN (Shi et al. 2016, https://arxiv.org/abs/1609.05158). The output is added to the nearest-neighbor
upscaling, as in SRVGG, the small network of Real-ESRGAN (https://arxiv.org/abs/2107.10833).
"""

from __future__ import annotations

import math

import keras
import numpy as np
from keras import layers

from core.errors import UserError
from core.imaging import tiling
from core.imaging.flatness import keep_gray_and_flat
from core.imaging.images import Image
from core.imaging.transparency import fill_transparent
from core.networks.layers import residual_blocks
from core.progress import Steps

from .resampling import resize, upscale_bicubic

TILE = 384  # low-resolution pixels: the output tile is `scale` times larger
OVERLAP = 48  # twice the radius of the receptive field: 10 blocks of two 3 × 3 convolutions, and three more


def build_super_resolver(scale: int = 4, width: int = 48, blocks: int = 10) -> keras.Model:
    """Build the network from (n, h, w, 3) in 0 to 1 to (n, scale · h, scale · w, 3).

    Args:
        scale: the upscaling factor.
        width: channels.
        blocks: residual blocks.
    """
    low = keras.Input((None, None, 3), name="low")
    # Next to the image, layers compute in float32 whatever the others do: bfloat16 rounds a pixel by up to 0.5/255.
    head = layers.Conv2D(width, 3, padding="same", dtype="float32", name="head")(low)
    x = residual_blocks(head, blocks)
    x = layers.Conv2D(width, 3, padding="same", name="body")(x)
    x = layers.Add(dtype="float32", name="long_skip")([x, head])
    # Initialized to zero, the network starts as nearest-neighbor upscaling.
    x = layers.Conv2D(
        3 * scale**2, 3, padding="same", kernel_initializer="zeros", dtype="float32", name=f"subpixels_x{scale}"
    )(x)
    nearest = layers.Concatenate(dtype="float32", name="nearest")([low] * scale**2)
    x = layers.Add(dtype="float32", name="detail")([x, nearest])
    return keras.Model(low, keras.ops.depth_to_space(x, scale), name=f"super_resolver_x{scale}")


def scale_of(model: keras.Model) -> int:
    """Return the upscaling factor of `model`; not a verb, since its first parameter is not called `network`."""
    channels: int = model.get_layer("detail").output.shape[-1]
    return math.isqrt(channels // 3)


def upscale(network: keras.Model, image: Image, scale: int | None = None) -> Steps[Image]:
    """Upscale an image of any size; an alpha channel is upscaled by bicubic interpolation.

    Gray images stay gray, and areas of exactly one color keep it.

    Args:
        image: the image to upscale.
        scale: the upscaling factor, at most the checkpoint's own; for less, its output is downscaled.
    """
    largest = scale_of(network)
    if scale is not None and not 1 <= scale <= largest:
        raise UserError(
            f"the scale is {scale}, this checkpoint's {largest}: use 1 to {largest}, or another checkpoint."
        )
    scale = scale or largest

    def upscale_tile(tile: Image) -> Image:
        high: Image = network.predict_on_batch(tile[None])[0].clip(0, 1)
        return high if scale == largest else resize(high, scale * tile.shape[0], scale * tile.shape[1])

    color = fill_transparent(image)
    high = yield from tiling.apply(upscale_tile, color, TILE, OVERLAP, multiple=1, scale=scale)
    high = keep_gray_and_flat(high, color, scale)
    return np.concatenate([high, upscale_bicubic(image[..., 3:], scale)], axis=-1) if image.shape[-1] == 4 else high
