"""The generator: from a latent vector and a class to an image, which grows from 4 × 4 pixels.

A DCGAN (https://arxiv.org/abs/1511.06434) with later improvements: the latent vector modulates the channels of each
convolution, as StyleGAN's styles do (https://arxiv.org/abs/1812.04948), and each resolution adds to the image of the
one below (StyleGAN2's skip generator, https://arxiv.org/abs/1912.04958). The features are normalized to unit length
before they are modulated, in place of StyleGAN2's weight demodulation, which would need a custom layer. There is no
mapping network: in trainings as short as ours, it led to style collapse, where all latent vectors give the same style.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

BASE_SIDE = 4  # pixels


def round_up_side(side: int) -> int:
    """Return the smallest number of pixels that is at least `side`, and is `BASE_SIDE` doubled some times."""
    rounded = BASE_SIDE
    while rounded < side:
        rounded *= 2
    return rounded


def build_generator(shape: tuple[int, int, int], dimensions: int, classes: int, width: int, scales: int) -> keras.Model:
    """Return the generator network.

    Args:
        shape: of an image, (h, w, c), h equal to w.
        dimensions: of a latent vector.
        classes: how many; 0 builds a network without a label input.
        width: channels at the full resolution; lower ones have up to four times as many.
        scales: resolutions that are returned, stacked along the channels: the full one first, then half of it, …

    Returns:
        A network from latent vectors (n, dimensions), and one-hot labels (n, classes), to images (n, h, w, c · scales),
        where black is 0 and white 1. Values outside are clipped where an image is shown; a bounded activation would
        have no gradient at its ends, and a generator that is stuck there stays black.
    """
    side, channels = round_up_side(shape[0]), shape[2]
    latent = keras.Input((dimensions,), name="latent")
    label = [keras.Input((classes,), name="label")] if classes else []
    style = _add_class(latent, label[0], dimensions) if label else latent
    grown = _grow(style, side, channels, width)
    upsampled = [
        layers.UpSampling2D(2**i, name=f"generator_scale{i}")(each) if i else each
        for i, each in enumerate(grown[: -scales - 1 : -1])
    ]
    images = layers.Concatenate(name="generator_scales")(upsampled) if scales > 1 else upsampled[0]
    if side > shape[0]:
        images = layers.CenterCrop(*shape[:2], name="generator_crop")(images)
    images = layers.Rescaling(0.5, 0.5, dtype="float32", name="generator_rescaling")(images)
    return keras.Model([latent, *label] if label else latent, images, name="generator")


def _add_class(latent: Any, label: Any, dimensions: int) -> Any:
    """Return the latent vector with an embedding of the class, normalized to a latent vector's length, after it."""
    embedding = layers.Dense(dimensions, use_bias=False, name="generator_class_embedding")(label)
    embedding = layers.RMSNormalization(name="generator_class_norm")(embedding)
    return layers.Concatenate(name="generator_style")([latent, embedding])


def _grow(style: Any, side: int, channels: int, width: int) -> list[Any]:
    """Return the image at each resolution from `BASE_SIDE` to `side`, each with values from -1 (black) to 1."""
    x = layers.Dense(BASE_SIDE**2 * 4 * width, use_bias=False, name="generator_dense")(style)
    x = layers.Reshape((BASE_SIDE, BASE_SIDE, 4 * width), name="generator_size4")(x)
    x = _modulated_conv(x, style, 4 * width, "generator_size4_a")
    image = _to_rgb(x, channels, "generator_size4")
    grown, size = [image], BASE_SIDE
    while size < side:
        size *= 2
        name, filters = f"generator_size{size}", width * min(4, side // size)
        x = layers.UpSampling2D(name=f"{name}_upsample")(x)
        x = _modulated_conv(x, style, filters, f"{name}_a")
        y = _modulated_conv(x, style, filters, f"{name}_b")
        x = layers.Add(name=name)([x, y])
        image = layers.UpSampling2D(interpolation="bilinear", name=f"{name}_image_upsample")(image)
        image = layers.Add(name=f"{name}_image")([image, _to_rgb(x, channels, name)])
        grown.append(image)
    return grown


def _modulated_conv(x: Any, style: Any, filters: int, name: str) -> Any:
    """Return `x` normalized to unit length at each pixel, each channel scaled by the style, then convolved."""
    modulation = layers.Dense(x.shape[-1], bias_initializer="ones", name=f"{name}_modulation")(style)
    x = layers.RMSNormalization(name=f"{name}_norm")(x) * ops.expand_dims(modulation, (1, 2))
    return layers.LeakyReLU(0.2, name=f"{name}_act")(layers.Conv2D(filters, 3, padding="same", name=name)(x))


def _to_rgb(x: Any, channels: int, name: str) -> Any:
    return layers.Conv2D(channels, 1, name=f"{name}_to_rgb")(x)
