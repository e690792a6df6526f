"""The decoder: dense layers and convolutions with pixel shuffle, from a latent vector to an image."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from core.networks.layers import unpack_singleton


def assemble_decoder(
    latent: Any, label: list[Any], shape: tuple[int, ...], width: int, hidden: tuple[int, ...]
) -> keras.Model:
    """Return the decoder, named "decoder", which mirrors the encoder.

    Args:
        latent: the input (dimensions,).
        label: the one-hot class as a list of one input (classes,); or [].
        shape: of the image (h, w, c); height and width are multiples of 4.
        width: channels at half the resolution; there are twice as many at a quarter.
        hidden: units of the encoder's dense layers, which are used in reverse order.
    """
    height, breadth, channels = shape
    x = layers.Concatenate(name="decoder_label")([latent, *label]) if label else latent
    for i, units in enumerate(reversed(hidden)):
        x = layers.Dense(units, activation="relu", name=f"decoder_dense{i}")(x)
    x = layers.Dense(height // 4 * (breadth // 4) * 2 * width, activation="relu", name="decoder_expand")(x)
    x = layers.Reshape((height // 4, breadth // 4, 2 * width), name="decoder_reshape")(x)
    x = layers.Conv2D(4 * width, 3, padding="same", activation="relu", name="decoder_upsample1")(x)
    x = keras.ops.depth_to_space(x, 2)
    x = layers.Conv2D(width, 3, padding="same", activation="relu", name="decoder_conv")(x)
    x = layers.Conv2D(4 * channels, 3, padding="same", name="decoder_upsample2")(x)
    x = layers.Activation("sigmoid", dtype="float32", name="decoder_image")(keras.ops.depth_to_space(x, 2))
    return keras.Model(unpack_singleton([latent, *label]), x, name="decoder")


def latent_dimensions(network: keras.Model) -> int:
    """Return the number of latent dimensions of `network`."""
    dimensions: int = network.get_layer("decoder").inputs[0].shape[-1]
    return dimensions


def class_count(network: keras.Model) -> int:
    """Return how many classes `network` is conditioned on, 0 where it is not conditional."""
    inputs = network.get_layer("decoder").inputs
    classes: int = inputs[1].shape[-1] if len(inputs) > 1 else 0
    return classes
