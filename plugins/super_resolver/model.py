"""A super-resolver: residual blocks at the low resolution, and a pixel shuffle at their end.

EDSR's blocks without normalisation (Lim et al. 2017, https://arxiv.org/abs/1707.02921), slim; sub-pixel convolution
from ESPCN (Shi et al. 2016, https://arxiv.org/abs/1609.05158). What is learnt is added to the nearest-neighbour
enlargement, as in SRVGG, the small network of Real-ESRGAN (https://arxiv.org/abs/2107.10833).
"""

from __future__ import annotations

import math

import keras
import numpy as np
from keras import layers

from core.errors import UserError
from core.imaging import tiling
from core.imaging.images import Image
from core.networks.layers import residual_blocks
from core.progress import Steps

from .resampling import enlarge, fill_transparent, resize

TILE = 384  # of the low resolution: the picture that comes out is the larger one
OVERLAP = 48  # twice what a pixel sees on each side, 10 blocks of two 3 × 3 convolutions and three more


def build_super_resolver(scale: int = 4, width: int = 48, blocks: int = 10) -> keras.Model:
    """Return the network from (n, h, w, 3) in 0 to 1 to (n, `scale` · h, `scale` · w, 3)."""
    low = keras.Input((None, None, 3), name="low")
    head = layers.Conv2D(width, 3, padding="same", name="head")(low)
    x = residual_blocks(head, blocks)
    x = layers.Conv2D(width, 3, padding="same", name="body")(x)
    x = layers.Add(name="long_skip")([x, head])
    # Starting at zero, the network starts as the nearest-neighbour enlargement.
    x = layers.Conv2D(
        3 * scale**2, 3, padding="same", kernel_initializer="zeros", dtype="float32", name=f"subpixels_x{scale}"
    )(x)
    x = layers.Add(dtype="float32", name="detail")([x, layers.Concatenate(name="nearest")([low] * scale**2)])
    return keras.Model(low, keras.ops.depth_to_space(x, scale), name=f"super_resolver_x{scale}")


def scale_of(model: keras.Model) -> int:
    """Return by how much `model` enlarges; no verb, since those take a `network`."""
    channels: int = model.get_layer("detail").output.shape[-1]
    return math.isqrt(channels // 3)


def upscale(network: keras.Model, image: Image, scale: int | None = None) -> Steps[Image]:
    """Make a picture larger; transparency grows by bicubic interpolation.

    Args:
        image: the picture to enlarge.
        scale: how many times larger, at most what the checkpoint was trained for: what it makes is shrunk to less.
    """
    most = scale_of(network)
    if scale is not None and not 1 <= scale <= most:
        raise UserError(f"the scale is {scale}, this checkpoint's {most}: use 1 to {most}, or another checkpoint.")

    scale = scale or most

    def upscale_tile(tile: Image) -> Image:
        large: Image = network.predict_on_batch(tile[None])[0].clip(0, 1)
        return large if scale == most else resize(large, scale * tile.shape[0], scale * tile.shape[1])

    if image.shape[-1] == 3:
        return (yield from tiling.apply(upscale_tile, image, TILE, OVERLAP, multiple=1, scale=scale))
    colour = yield from tiling.apply(upscale_tile, fill_transparent(image), TILE, OVERLAP, multiple=1, scale=scale)
    return np.concatenate([colour, enlarge(image[..., 3:], scale)], axis=-1)
