"""The generator: from a latent vector and a class to an image, which grows from 4 × 4 pixels.

A DCGAN (https://arxiv.org/abs/1511.06434) with later improvements: the latent vector modulates the channels of each
convolution, as StyleGAN's styles do (https://arxiv.org/abs/1812.04948), and each resolution adds to the image of the
one below (StyleGAN2's skip generator, https://arxiv.org/abs/1912.04958). The features are normalized to unit length
before they are modulated, in place of StyleGAN2's weight demodulation, which would need a custom layer. There is no
mapping network: in trainings as short as ours, it led to style collapse, where all latent vectors give the same style.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from core.networks.layers import unpack_singleton

from .labels import class_embeddings, label_inputs, suffix

BASE_SIDE = 4  # pixels
EMBEDDING = 64  # dimensions of a choice's or a class's embedding, where the latent vector is one of choices
CHOICE_SHARPNESS = 20.0  # inverse temperature of the softmax over a block of the latent vector


def round_up_side(side: int) -> int:
    """Return the smallest number of pixels that is at least `side`, and is `BASE_SIDE` doubled some times."""
    rounded = BASE_SIDE
    while rounded < side:
        rounded *= 2
    return rounded


def build_generator(
    shape: tuple[int, int, int],
    dimensions: int | Sequence[int],
    groups: Sequence[int],
    width: int,
    scales: int,
    patch: int,
) -> keras.Model:
    """Return the generator network.

    Args:
        shape: of an image, (h, w, c), h equal to w.
        dimensions: of a latent vector; or of each of its blocks, whose largest number is a choice: a softmax makes it a
            nearly one-hot vector, which is embedded as the label of a class is.
        groups: classes in each group, such as 6 kinds, or 15 bodies and 16 hats; empty for a network without labels.
        width: channels at the highest resolution that it works at; lower ones have up to four times as many.
        scales: resolutions that are returned, stacked along the channels: the full one first, then half of it, …
        patch: the network works at 1 / patch of the image's resolution, and ends in a pixel shuffle
            (https://arxiv.org/abs/1609.05158). Above 1 it also convolves before it upsamples, not after, which takes a
            quarter of the time, and needs `scales` to be 1.

    Returns:
        A network from latent vectors (n, dimensions), and one-hot labels (n, classes) of each group, to images
        (n, h, w, c · scales), where black is 0 and white 1. Values outside are clipped where an image is shown; a
        bounded activation would have no gradient at its ends, and a generator that is stuck there stays black.
    """
    side, channels = round_up_side(shape[0]), shape[2]
    latent, labels = keras.Input((np.sum(dimensions),), name="latent"), label_inputs(groups)
    style = _style(latent, labels, dimensions)
    grown = _grow(style, side // patch, channels * patch**2, width, patch > 1)
    upsampled = [
        layers.UpSampling2D(2**i, name=f"generator_scale{i}")(each) if i else each
        for i, each in enumerate(grown[: -scales - 1 : -1])
    ]
    images = layers.Concatenate(name="generator_scales")(upsampled) if scales > 1 else upsampled[0]
    if side > shape[0]:
        images = layers.CenterCrop(*shape[:2], name="generator_crop")(images)
    images = ops.depth_to_space(images, patch) if patch > 1 else images
    images = layers.Rescaling(0.5, 0.5, dtype="float32", name="generator_rescaling")(images)
    return keras.Model(unpack_singleton([latent, *labels]), images, name="generator")


def _style(latent: Any, labels: Sequence[Any], dimensions: int | Sequence[int]) -> Any:
    """Return the latent vector, or embeddings of its choices, and embeddings of the classes after it."""
    if isinstance(dimensions, int):
        parts, length = [latent], dimensions
    else:
        length = EMBEDDING
        parts = _normalize(class_embeddings(_choices(latent, dimensions), length, "generator_choice"), "choice")
    parts += _normalize(class_embeddings(labels, length, "generator_class"), "class")
    return layers.Concatenate(name="generator_style")(parts) if len(parts) > 1 else parts[0]


def _choices(latent: Any, sizes: Sequence[int]) -> list[Any]:
    """Return a nearly one-hot vector for each block of the latent vector."""
    starts = np.cumsum([0, *sizes])[:-1]
    return [
        ops.softmax(CHOICE_SHARPNESS * latent[:, start : start + size])
        for start, size in zip(starts, sizes, strict=True)
    ]


def _normalize(embeddings: Sequence[Any], kind: str) -> list[Any]:
    """Return embeddings with the length of a latent vector."""
    return [
        layers.RMSNormalization(name=f"generator_{kind}_norm{suffix(i)}")(each) for i, each in enumerate(embeddings)
    ]


def _grow(style: Any, side: int, channels: int, width: int, upsample_late: bool) -> list[Any]:
    """Return the image at each resolution from `BASE_SIDE` to `side`, each with values from -1 (black) to 1."""
    x = layers.Dense(BASE_SIDE**2 * 4 * width, use_bias=False, name="generator_dense")(style)
    x = layers.Reshape((BASE_SIDE, BASE_SIDE, 4 * width), name="generator_size4")(x)
    x = _modulated_conv(x, style, 4 * width, "generator_size4_a")
    image = _to_rgb(x, channels, "generator_size4")
    grown, size = [image], BASE_SIDE
    while size < side:
        size *= 2
        name, filters = f"generator_size{size}", width * min(4, side // size)
        upsample = layers.UpSampling2D(name=f"{name}_upsample")
        x = _modulated_conv(x if upsample_late else upsample(x), style, filters, f"{name}_a")
        x = upsample(x) if upsample_late else x
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
