"""VGG-19 up to block4_conv1 (Simonyan & Zisserman 2014, https://arxiv.org/abs/1409.1556), and its statistics.

The bundled weights are normalized (Gatys et al. 2015, https://arxiv.org/abs/1505.07376): every channel has a mean
activation of 1, so that all layers contribute to a loss on the same scale.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from core.imaging.images import Floats
from core.networks import device

from ..vgg_layers import ADAIN_LAYERS, CHANNELS, LAYERS, STYLE_LAYERS, block_of

VGG = "vgg19"
MIN_DEVIATION = 0.01  # of a channel with a mean of about 1; without it, constant channels have an infinite gradient


def assemble_vgg() -> keras.Model:
    """Return VGG-19, frozen, from images (n, h, w, 3) in 0 to 1 to the features of `STYLE_LAYERS`."""
    image = keras.Input((None, None, 3))
    features = []
    x = layers.Conv2D(3, 1, name="preprocess", dtype="float32")(image)  # RGB in 0-1 to BGR in 0-255, mean subtracted
    for name in LAYERS:
        block = block_of(name)
        if name.endswith("_conv1") and block > 1:
            x = layers.MaxPooling2D(name=f"block{block - 1}_pool")(x)
        dtype = "float32" if name == LAYERS[0] else None  # bfloat16 rounds its input, a pixel, by up to 0.5/255
        x = layers.Conv2D(CHANNELS[name], 3, padding="same", activation="relu", dtype=dtype, name=name)(x)
        if name in STYLE_LAYERS:
            features.append(x)
    vgg = keras.Model(image, features, name=VGG)
    vgg.trainable = False
    return vgg


def channel_statistics(features: Sequence[Any]) -> Any:
    """Return the statistics that AdaIN replaces, for the features of `ADAIN_LAYERS`.

    Args:
        features: one tensor (n, h, w, channels) per layer.

    Returns:
        (n, 1792) in float32: for each layer the channel means, then the logarithms of the channel standard deviations.
    """
    statistics = []
    for feature in features:
        mean, deviation = channel_moments(feature)
        statistics += [mean, ops.log(deviation)]
    return ops.concatenate(statistics, axis=-1)


def channel_moments(feature: Any) -> tuple[Any, Any]:
    """Return the means and standard deviations, at least 0.01, of each channel (n, c) of features (n, h, w, c)."""
    mean, variance = ops.moments(ops.cast(feature, "float32"), axes=(1, 2))
    return mean, ops.sqrt(variance + MIN_DEVIATION**2)


def merge_statistics(statistics: Floats) -> Floats:
    """Return the statistics (1792,) of an image from the statistics (n, 1792) of its windows, all of the same size."""
    exact = statistics.astype(np.float64)  # the variance is a small difference of large squares
    merged, start = [], 0
    for name in ADAIN_LAYERS:
        end = start + 2 * CHANNELS[name]
        means, log_deviations = np.split(exact[:, start:end], 2, axis=1)
        mean = means.mean(axis=0)
        variance = (np.exp(2 * log_deviations) + means**2).mean(axis=0) - mean**2
        merged += [mean, np.log(variance) / 2]
        start = end
    return np.concatenate(merged).astype(np.float32)


def layer_statistics(statistics: Any, name: str) -> tuple[Any, Any]:
    """Return the part of `channel_statistics` of one layer: means and log deviations, each (n, channels)."""
    start = 2 * sum(CHANNELS[each] for each in ADAIN_LAYERS[: ADAIN_LAYERS.index(name)])
    middle = start + CHANNELS[name]
    return statistics[:, start:middle], statistics[:, middle : middle + CHANNELS[name]]


@functools.lru_cache(2)
def in_float32(vgg: keras.Model) -> keras.Model:
    """Return a copy of a VGG that computes in float32, whatever precision `vgg` computes in."""
    with device.precision("float32"):
        copy = assemble_vgg()
    copy.set_weights(vgg.get_weights())
    return copy


@functools.lru_cache(32)  # each network is traced once
def feature_extractor(vgg: keras.Model, names: tuple[str, ...] = STYLE_LAYERS) -> keras.Model:
    """Return the network from images (n, h, w, 3) to a dictionary of the features of the layers `names`."""
    return keras.Model(vgg.input, {name: vgg.get_layer(name).output for name in names})


@functools.lru_cache(8)
def encoder_with_statistics(vgg: keras.Model, margin: int) -> keras.Model:
    """Return the network from images (n, h, w, 3) to the features of `ADAIN_LAYERS` and their `channel_statistics`.

    Args:
        vgg: from `assemble_vgg`.
        margin: pixels on each side that the statistics leave out: a multiple of 8, at least 8.
    """
    features = vgg.outputs[-len(ADAIN_LAYERS) :]
    margins = [margin // 2 ** (block_of(name) - 1) for name in ADAIN_LAYERS]
    inner = [each[:, side:-side, side:-side] for each, side in zip(features, margins, strict=True)]
    return keras.Model(vgg.input, [*features, channel_statistics(inner)])
