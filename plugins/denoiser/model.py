"""Denoisers: U-Nets of residual blocks, with a noise-level map as a fourth input channel or without (blind).

FFDNet (Zhang, Zuo & Zhang 2018, https://arxiv.org/abs/1710.04026) works at half resolution and takes a noise-level
map; DRUNet (Zhang et al. 2021, https://arxiv.org/abs/2008.13751) puts the map into a U-Net of residual blocks. This
is a small DRUNet that starts at half resolution, so that most of its arithmetic runs on small feature maps. Blind
networks, without the map, are for the noise of cameras: its level differs with brightness, channel and frequency, so
that no single number describes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers

from core.errors import UserError, check_range
from core.imaging import images, tiling
from core.imaging.flatness import keep_gray_and_flat
from core.imaging.images import Image
from core.imaging.transparency import fill_transparent
from core.networks.layers import residual_blocks, unpack_singleton
from core.progress import Steps

from .camera import to_gray
from .noise import MAX_SIGMA, choose_network, estimate_sigma, measure_noise, shared_noise_gain


class Denoised(NamedTuple):
    """The result of `denoise`.

    Attributes:
        image: the denoised image (h, w, c), 0 to 1.
        sigma: the noise level σ that the network was given, 0 to 75; for a blind network, the root mean square of what
            it removed, 0 to 255.
    """

    image: Image
    sigma: float


def build_denoiser(
    widths: tuple[int, ...] = (40, 80, 160), blocks: tuple[int, ...] = (1, 2, 3), blind: bool = False
) -> keras.Model:
    """Build the network from (image, noise-level map) to the clean image.

    Args:
        widths: channels at 1/2, 1/4, … of the resolution.
        blocks: residual blocks at each of these levels, in the encoder and again in the decoder.
        blind: whether the network takes the image alone, and not its noise level.

    Returns:
        A model of inputs `noisy` (n, h, w, 3) in 0 to 1 and, unless blind, `noise_level` (n, h, w, 1), σ/255, and
        output (n, h, w, 3). Heights and widths must be multiples of `size_multiple(model)`.
    """
    noisy = keras.Input((None, None, 3), name="noisy")
    noise_level = keras.Input((None, None, 1), name="noise_level")
    inputs = [noisy] if blind else [noisy, noise_level]
    x = noisy if blind else layers.Concatenate(dtype="float32")(inputs)
    skips = []
    for level, (width, depth) in enumerate(zip(widths, blocks, strict=True)):
        x = layers.Conv2D(width, 2, strides=2, dtype=_outer(level), name=f"down{level}")(x)
        if level < len(widths) - 1:
            x = residual_blocks(x, depth, f"encoder{level}_")
            skips.append(x)
    x = residual_blocks(x, blocks[-1], "middle_")
    for level in reversed(range(len(skips))):
        x = layers.Conv2DTranspose(widths[level], 2, strides=2, dtype=_outer(level), name=f"up{level}")(x)
        x = layers.Add(dtype=_outer(level))([x, skips[level]])
        x = residual_blocks(x, blocks[level], f"decoder{level}_")
    # Initialized to zero, the network starts as the identity, which saved thousands of steps at σ 25.
    noise = layers.Conv2DTranspose(3, 2, strides=2, kernel_initializer="zeros", dtype="float32", name="noise")(x)
    return keras.Model(unpack_singleton(inputs), layers.Add(dtype="float32")([noisy, noise]), name="denoiser")


def _outer(level: int) -> str | None:
    """Return the dtype of the layers that change the resolution at a level: float32 next to the image.

    In bfloat16, which rounds a pixel by up to 0.5/255, they caused half of the result's difference from float32.
    """
    return None if level else "float32"


def size_multiple(model: keras.Model) -> int:
    """Return what heights and widths must be multiples of: 2 to the power of the number of downsampling levels."""
    levels = [layer for layer in model.layers if layer.name.startswith("down")]
    return int(2 ** len(levels))


def is_blind(model: keras.Model) -> bool:
    """Return whether the network takes the image alone, and not its noise level."""
    return len(model.inputs) == 1


def denoise(
    network: keras.Model, image: Image, sigma: float | None = None, color: float = 1, keep_detail: float = 0
) -> Steps[Denoised]:
    """Remove noise from an image of any size; an alpha channel is kept as it is.

    Gray images stay gray, and areas of exactly one color keep it. At σ 0 the image is returned as it is.

    Args:
        image: the noisy image.
        sigma: its noise level, 0 to 75 in 8-bit units; estimated from the image if left out. Blind networks take none.
        color: share of the color noise that is removed, 0 to 1.
        keep_detail: share of what was removed in luma (detail among it) that is added back, 0 to 1.
    """
    check_range("color", color, 0, 1)
    check_range("keep_detail", keep_detail, 0, 1)
    if sigma is not None:
        check_range("sigma", sigma, 0, MAX_SIGMA)
    visible = fill_transparent(image)
    gain = None
    if sigma is None and not is_blind(network):
        sigma, gain = min(estimate_sigma(image), MAX_SIGMA), measure_noise(image).shared_gain
    if sigma == 0:
        return Denoised(image, 0.0)
    inputs = _make_inputs(network, visible, sigma, gain)

    def denoise_tile(tile: Image) -> Image:
        clean: Image = network.predict_on_batch(inputs(tile))[0]
        return _add_back(clean.clip(0, 1), tile, color, keep_detail)

    restored = yield from tiling.apply(denoise_tile, visible, multiple=size_multiple(network))
    restored = keep_gray_and_flat(np.clip(restored, 0, 1, out=restored), visible)
    removed = float(np.sqrt(np.square(restored - visible).mean())) * 255 if sigma is None else sigma
    return Denoised(images.with_alpha_of(restored, image), removed)


def choose_checkpoint(verb: str, arguments: Mapping[str, Any]) -> str | None:
    """Return the checkpoint for a call that names none: by the noise in the image, unless its level is given."""
    return None if arguments["sigma"] is not None else choose_network(arguments["image"])


def _make_inputs(network: keras.Model, image: Image, sigma: float | None, gain: float | None) -> Callable[[Image], Any]:
    """Return a function from a tile (h, w, 3) of `image` to the inputs of `network`, for noise of the level `sigma`.

    `gain` is its `shared_noise_gain`, which is measured if it is None.
    """
    if is_blind(network):
        if sigma is not None:
            raise UserError(f"sigma is {sigma}: this network finds the noise itself; leave sigma out, or set it to 0.")
        return lambda tile: tile[None]
    assert sigma is not None
    level = np.float32(min(sigma * (gain or shared_noise_gain(image)), MAX_SIGMA) / 255)
    return lambda tile: (tile[None], np.full((1, *tile.shape[:2], 1), level, np.float32))


def _add_back(clean: Image, noisy: Image, color: float, keep_detail: float) -> Image:
    """Return `clean` with shares of what was removed from `noisy`, both (h, w, 3); see `denoise`."""
    if color == 1 and keep_detail == 0:
        return clean
    removed = noisy - clean
    luma = to_gray(removed)
    added: Image = clean + keep_detail * luma + (1 - color) * (removed - luma)
    return added
