"""A residual encoder and decoder for aligned images in color, which work at half of the images' resolution.

Both ends shuffle pixels: a block of 2 × 2 of them becomes the channels of one (https://arxiv.org/abs/1609.05158),
which takes a quarter of the time. In the decoder the latent vector also scales the channels of each convolution, as
StyleGAN's styles do (https://arxiv.org/abs/1812.04958): a color is one number for the whole image.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

BASE_SIDE = 4  # pixels of the smallest features
PATCH = 2  # pixels along each side of the block that is shuffled
STYLE = 128  # units of the layer after the latent vector
WIDEST = 3  # times as many channels as at the highest resolution, at most


def assemble_residual_encoder(image: Any, outputs: int, width: int) -> keras.Model:
    """Return the encoder, named "encoder".

    Args:
        image: the input (h, w, c) in 0 to 1; its height is `BASE_SIDE` doubled at least twice.
        outputs: how many values to return: mean and log variance of the latent distribution, concatenated.
        width: channels at the highest resolution.
    """
    x = ops.space_to_depth(image, PATCH)
    x = layers.Conv2D(width, 3, padding="same", name="encoder_stem")(x)
    for size, filters in reversed(_channels(x.shape[1], width)[:-1]):
        x = layers.LeakyReLU(0.2, name=f"encoder_act{size}")(x)
        x = layers.Conv2D(filters, 3, 2, padding="same", name=f"encoder_size{size}")(x)
    x = layers.Flatten(name="encoder_flatten")(layers.LeakyReLU(0.2, name="encoder_act")(x))
    return keras.Model(image, layers.Dense(outputs, dtype="float32", name="encoder_latent")(x), name="encoder")


def assemble_residual_decoder(latent: Any, shape: tuple[int, ...], width: int) -> keras.Model:
    """Return the decoder, named "decoder".

    Args:
        latent: the input (dimensions,).
        shape: of the image (h, w, c), h equal to w: `BASE_SIDE` doubled at least twice.
        width: channels at the highest resolution.
    """
    side, channels = shape[0] // PATCH, shape[2] * PATCH**2
    style = layers.LeakyReLU(0.2, name="decoder_act")(layers.Dense(STYLE, name="decoder_dense0")(latent))
    sizes = _channels(side, width)
    x = layers.Dense(BASE_SIDE**2 * sizes[0][1], name="decoder_expand")(style)
    x = layers.Reshape((BASE_SIDE, BASE_SIDE, sizes[0][1]), name="decoder_reshape")(x)
    for size, filters in sizes:
        x = _styled_conv(x, style, filters, f"decoder_size{size}_a")
        x = layers.UpSampling2D(name=f"decoder_size{size}_upsample")(x) if size > BASE_SIDE else x
        x = layers.Add(name=f"decoder_size{size}")([x, _styled_conv(x, style, filters, f"decoder_size{size}_b")])
    x = layers.Conv2D(channels, 3, padding="same", name="decoder_to_rgb")(x)
    x = layers.Activation("sigmoid", dtype="float32", name="decoder_image")(ops.depth_to_space(x, PATCH))
    return keras.Model(latent, x, name="decoder")


def _channels(side: int, width: int) -> list[tuple[int, int]]:
    """Return each resolution from `BASE_SIDE` to `side`, with the number of its channels."""
    sizes = [(BASE_SIDE, 2 * width)]
    while sizes[-1][0] < side:
        size = 2 * sizes[-1][0]
        sizes.append((size, width * min(WIDEST, side // size)))
    return sizes


def _styled_conv(x: Any, style: Any, filters: int, name: str) -> Any:
    """Return `x` with each channel scaled by the style, convolved."""
    scale = layers.Dense(x.shape[-1], bias_initializer="ones", name=f"{name}_style")(style)
    x = layers.LeakyReLU(0.2, name=f"{name}_act")(x * ops.expand_dims(scale, (1, 2)))
    return layers.Conv2D(filters, 3, padding="same", name=name)(x)
