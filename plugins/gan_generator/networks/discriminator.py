"""The discriminator: how real a picture looks, as one number, the higher the more real.

Residual, without any normalisation (https://arxiv.org/abs/2501.05441); what it thinks of the class is a projection
(https://arxiv.org/abs/1802.05637).
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from .generator import SMALLEST, grow


def assemble_discriminator(shape: tuple[int, int, int], classes: int, width: int, scales: int) -> keras.Model:
    """Return the network from pictures (n, h, w, c · scales) of square `shape`, and a class (n, classes), to (n, 1).

    Where `scales` are several, each picture is looked at where the finest has shrunk to its size
    (https://arxiv.org/abs/1903.06048).
    """
    side, channels = grow(shape[0]), shape[2]
    pictures = keras.Input((*shape[:2], channels * scales), name="pictures")
    label = [keras.Input((classes,), name="label")] if classes else []
    x = layers.Rescaling(2, -1, name="discriminator_pixels")(pictures)
    if side > shape[0]:
        before, behind = (side - shape[0]) // 2, (side - shape[0] + 1) // 2
        x = layers.ZeroPadding2D(((before, behind), (before, behind)), name="discriminator_frame")(x)
    coarser = [x[..., i * channels : (i + 1) * channels] for i in range(1, scales)]
    x = layers.Conv2D(width, 3, padding="same", name="discriminator_stem")(x[..., :channels] if scales > 1 else x)
    size = side
    while size > SMALLEST:
        size //= 2
        x = _shrink(x, width * min(4, side // size), f"discriminator_size{size}")
        if coarser:
            shrunk = layers.AveragePooling2D(side // size, name=f"discriminator_size{size}_seen")(coarser.pop(0))
            x = layers.Concatenate(name=f"discriminator_size{size}_both")([x, shrunk])
    x = layers.Flatten(name="discriminator_flat")(x)
    x = layers.LeakyReLU(0.2, name="discriminator_bend")(layers.Dense(8 * width, name="discriminator_dense")(x))
    opinion = layers.Dense(1, kernel_initializer="zeros", dtype="float32", name="discriminator_opinion")(x)
    if label:
        known = layers.Dense(8 * width, use_bias=False, name="discriminator_class")(label[0])
        known = ops.sum(x * known, axis=-1, keepdims=True) / (8 * width) ** 0.5
        opinion = layers.Add(dtype="float32", name="discriminator_with_class")([opinion, known])
    return keras.Model([pictures, *label] if label else pictures, opinion, name="discriminator")


def _shrink(x: Any, filters: int, name: str) -> Any:
    """Return `x` at half the size: what two convolutions make of it, added to itself."""
    y = layers.LeakyReLU(0.2, name=f"{name}_bend_a")(x)
    y = layers.Conv2D(x.shape[-1], 3, padding="same", name=f"{name}_a")(y)
    y = layers.AveragePooling2D(2, name=f"{name}_shrink_a")(layers.LeakyReLU(0.2, name=f"{name}_bend_b")(y))
    y = layers.Conv2D(filters, 3, padding="same", kernel_initializer="zeros", name=f"{name}_b")(y)
    x = layers.AveragePooling2D(2, name=f"{name}_shrink")(x)
    if x.shape[-1] != filters:
        x = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_widen")(x)
    return layers.Add(name=name)([x, y])
