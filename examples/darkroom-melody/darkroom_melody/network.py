"""The network: a convolutional variational autoencoder (VAE) of two-bar melodies.

A network here holds two, as layers: `encoder`, from tokens to the mean and log variance of the latent vector,
concatenated, and `decoder`, from a latent vector to the logits of all tokens at once. MusicVAE
(https://arxiv.org/abs/1803.05428) decodes step by step, with a recurrent network. For two bars, where every step is
near every other, convolutions are enough, train in minutes without a GPU, and have nothing to feed back. They see two
steps at once, an eighth of a bar: most notes of folk tunes are as long.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from .melody import STEPS, TOKENS

EMBEDDING = 24  # channels of a step
KERNEL = 3  # pairs of steps
HALF, QUARTER = STEPS // 2, STEPS // 4  # positions


def assemble_encoder(tokens: Any, dimensions: int, width: int) -> keras.Model:
    """Return the encoder of tokens (n, 32), named "encoder"."""
    x = layers.Embedding(TOKENS, EMBEDDING, name="encoder_embedding")(tokens)
    x = layers.Reshape((HALF, 2 * EMBEDDING), name="encoder_pairs")(x)
    x = layers.Conv1D(width, KERNEL, padding="same", activation="relu", name="encoder_conv1")(x)
    x = layers.Conv1D(width, KERNEL, 2, padding="same", activation="relu", name="encoder_conv2")(x)
    x = layers.Flatten(name="encoder_flatten")(x)
    x = layers.Dense(2 * dimensions, dtype="float32", name="encoder_latent")(x)
    return keras.Model(tokens, x, name="encoder")


def assemble_decoder(latent: Any, width: int) -> keras.Model:
    """Return the decoder of latent vectors (n, dimensions), named "decoder", which mirrors the encoder."""
    x = layers.Dense(QUARTER * width, activation="relu", name="decoder_expand")(latent)
    x = layers.Reshape((QUARTER, width), name="decoder_reshape")(x)
    x = layers.UpSampling1D(2, name="decoder_upsample")(x)
    x = layers.Conv1D(width, KERNEL, padding="same", activation="relu", name="decoder_conv1")(x)
    x = layers.Conv1D(width, KERNEL, padding="same", activation="relu", name="decoder_conv2")(x)
    x = layers.Dense(2 * TOKENS, name="decoder_pairs")(x)
    x = layers.Reshape((STEPS, TOKENS), dtype="float32", name="decoder_logits")(x)
    return keras.Model(latent, x, name="decoder")


def latent_dimensions(network: keras.Model) -> int:
    """Return the number of latent dimensions of `network`."""
    dimensions: int = network.get_layer("decoder").inputs[0].shape[-1]
    return dimensions
