"""The discriminator: from an image and a class to one logit, which is higher the more real the image looks.

A residual network without normalization layers, as in R3GAN (https://arxiv.org/abs/2501.05441), conditioned on the
class by projection (https://arxiv.org/abs/1802.05637).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers, ops

from core.networks.layers import unpack_singleton

from .generator import BASE_SIDE, round_up_side
from .labels import class_embeddings, label_inputs


def build_discriminator(
    shape: tuple[int, int, int], groups: Sequence[int], width: int, scales: int, patch: int
) -> keras.Model:
    """Return the discriminator network.

    Args:
        shape: of an image, (h, w, c), h equal to w.
        groups: classes in each group; empty for a network without labels.
        width: channels at the highest resolution that it works at; lower ones have up to four times as many.
        scales: resolutions of each image, stacked along the channels. Each enters where the features have shrunk to
            its size (MSG-GAN, https://arxiv.org/abs/1903.06048).
        patch: the network begins with the inverse of a pixel shuffle, and works at 1 / patch of the image's resolution.
            Above 1 it needs `scales` to be 1.

    Returns:
        A network from images (n, h, w, c · scales) in 0 to 1, and one-hot labels (n, classes) of each group, to logits
        (n, 1).
    """
    images, labels = keras.Input((*shape[:2], shape[2] * scales), name="images"), label_inputs(groups)
    x = _rescale_and_pad(images, shape[0])
    x = ops.space_to_depth(x, patch) if patch > 1 else x
    x = _downsample(x, x.shape[1], x.shape[-1] // scales, width)
    x = layers.Flatten(name="discriminator_flatten")(x)
    x = layers.LeakyReLU(0.2, name="discriminator_act")(layers.Dense(8 * width, name="discriminator_dense")(x))
    logit = layers.Dense(1, kernel_initializer="zeros", dtype="float32", name="discriminator_logit")(x)
    if labels:
        embedding = sum(class_embeddings(labels, 8 * width, "discriminator_class"))
        projection = ops.sum(x * embedding, axis=-1, keepdims=True) / (8 * width) ** 0.5
        logit = layers.Add(dtype="float32", name="discriminator_conditional_logit")([logit, projection])
    return keras.Model(unpack_singleton([images, *labels]), logit, name="discriminator")


def _rescale_and_pad(images: Any, side: int) -> Any:
    """Return images in -1 to 1, padded with gray to a side that can be halved down to `BASE_SIDE`."""
    x = layers.Rescaling(2, -1, name="discriminator_rescaling")(images)
    padding = round_up_side(side) - side
    if not padding:
        return x
    before, after = padding // 2, (padding + 1) // 2
    return layers.ZeroPadding2D(((before, after), (before, after)), name="discriminator_padding")(x)


def _downsample(x: Any, side: int, channels: int, width: int) -> Any:
    """Return features of `BASE_SIDE` × `BASE_SIDE` from images (n, side, side, channels · scales)."""
    scales = x.shape[-1] // channels
    coarser = [x[..., i * channels : (i + 1) * channels] for i in range(1, scales)]
    x = layers.Conv2D(width, 3, padding="same", name="discriminator_stem")(x[..., :channels] if scales > 1 else x)
    size = side
    while size > BASE_SIDE:
        size //= 2
        x = _residual_block(x, width * min(4, side // size), f"discriminator_size{size}")
        if coarser:
            pooled = layers.AveragePooling2D(side // size, name=f"discriminator_size{size}_image")(coarser.pop(0))
            x = layers.Concatenate(name=f"discriminator_size{size}_with_image")([x, pooled])
    return x


def _residual_block(x: Any, filters: int, name: str) -> Any:
    """Return `x` at half the resolution: two convolutions, added to a shortcut."""
    y = layers.LeakyReLU(0.2, name=f"{name}_act_a")(x)
    y = layers.Conv2D(x.shape[-1], 3, padding="same", name=f"{name}_a")(y)
    y = layers.AveragePooling2D(2, name=f"{name}_pool_a")(layers.LeakyReLU(0.2, name=f"{name}_act_b")(y))
    y = layers.Conv2D(filters, 3, padding="same", kernel_initializer="zeros", name=f"{name}_b")(y)
    x = layers.AveragePooling2D(2, name=f"{name}_pool")(x)
    if x.shape[-1] != filters:
        x = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_shortcut")(x)
    return layers.Add(name=name)([x, y])
