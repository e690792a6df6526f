"""The encoder: a strided convolutional network from an image to the distribution of its latent vector."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from core.networks.layers import unpack_singleton

from .decoder import latent_dimensions


def assemble_encoder(image: Any, label: list[Any], outputs: int, width: int, hidden: tuple[int, ...]) -> keras.Model:
    """Return the encoder, named "encoder".

    Args:
        image: the input (h, w, c) in 0 to 1.
        label: the one-hot class as a list of one input (classes,), concatenated before each dense layer; or [].
        outputs: how many values to return: the latent vector of an autoencoder, or mean and log variance, concatenated.
        width: channels at half the resolution; there are twice as many at a quarter.
        hidden: units of each dense layer.
    """
    x = layers.Conv2D(width, 3, 2, padding="same", activation="relu", name="encoder_conv1")(image)
    x = layers.Conv2D(2 * width, 3, 2, padding="same", activation="relu", name="encoder_conv2")(x)
    x = layers.Flatten(name="encoder_flatten")(x)
    for i, units in enumerate(hidden):
        x = layers.Concatenate(name=f"encoder_label{i}")([x, *label]) if label else x
        x = layers.Dense(units, activation="relu", name=f"encoder_dense{i}")(x)
    x = layers.Dense(outputs, dtype="float32", name="encoder_latent")(x)
    return keras.Model(unpack_singleton([image, *label]), x, name="encoder")


def is_variational(network: keras.Model) -> bool:
    """Return whether the encoder of `network` returns a log variance beside each mean."""
    return bool(network.get_layer("encoder").outputs[0].shape[-1] == 2 * latent_dimensions(network))
