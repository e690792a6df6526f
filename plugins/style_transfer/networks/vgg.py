"""VGG-19 up to block4_conv1, by whose features content and style are told apart.

Simonyan & Zisserman 2014 (https://arxiv.org/abs/1409.1556), with activations that are 1 on average in every channel
(Gatys et al. 2015, https://arxiv.org/abs/1505.07376), so that no layer drowns another.
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

from ..vgg_layers import BRUSH_LAYERS, CHANNELS, LAYERS, STYLE_LAYERS

VGG = "vgg19"
LEAST_DEVIATION = 0.01  # of a channel, whose mean is about 1: a silent one has no direction to be changed in


def assemble_vgg() -> keras.Model:
    """Return the network from pictures (n, h, w, 3), 0 to 1, to what `STYLE_LAYERS` give. It is never trained."""
    picture = keras.Input((None, None, 3))
    seen = []
    x = layers.Conv2D(3, 1, name="preprocess", dtype="float32")(picture)  # to blue, green, red, 0 to 255, less the mean
    for name in LAYERS:
        block = int(name[5])
        if name.endswith("_conv1") and block > 1:
            x = layers.MaxPooling2D(name=f"block{block - 1}_pool")(x)
        x = layers.Conv2D(CHANNELS[name], 3, padding="same", activation="relu", name=name)(x)
        if name in STYLE_LAYERS:
            seen.append(x)
    vgg = keras.Model(picture, seen, name=VGG)
    vgg.trainable = False
    return vgg


def describe(features: Sequence[Any]) -> Any:
    """Return the statistics (n, 1792) of what `BRUSH_LAYERS` give: what an instant painter knows of a picture.

    They are of each layer the means of its channels, then the logarithms of their standard deviations.
    """
    statistics = []
    for feature in features:
        mean, deviation = moments(feature)
        statistics += [mean, ops.log(deviation)]
    return ops.concatenate(statistics, axis=-1)


def moments(feature: Any) -> tuple[Any, Any]:
    """Return the means and the standard deviations (n, channels) of a layer's features, these at least 0.01."""
    mean, variance = ops.moments(ops.cast(feature, "float32"), axes=(1, 2))
    return mean, ops.sqrt(variance + LEAST_DEVIATION**2)


def merge(statistics: Floats) -> Floats:
    """Return the statistics (1792,) of a whole, from those of its parts (n, 1792), which are as large as each other."""
    exact = statistics.astype(np.float64)  # a variance is what is left of large squares
    merged, start = [], 0
    for name in BRUSH_LAYERS:
        end = start + 2 * CHANNELS[name]
        means, deviations = np.split(exact[:, start:end], 2, axis=1)
        mean = means.mean(axis=0)
        merged += [mean, np.log((np.exp(2 * deviations) + means**2).mean(axis=0) - mean**2) / 2]
        start = end
    return np.concatenate(merged).astype(np.float32)


def part(statistics: Any, name: str) -> tuple[Any, Any]:
    """Return the means and the logarithms of deviations (n, channels) of one layer."""
    start = 2 * sum(CHANNELS[each] for each in BRUSH_LAYERS[: BRUSH_LAYERS.index(name)])
    middle = start + CHANNELS[name]
    return statistics[:, start:middle], statistics[:, middle : middle + CHANNELS[name]]


@functools.lru_cache(2)
def in_float32(vgg: keras.Model) -> keras.Model:
    """Return a VGG with the same numbers that computes in float32, whatever `vgg` itself computes in."""
    with device.precision("float32"):
        precise = assemble_vgg()
    precise.set_weights(vgg.get_weights())
    return precise


@functools.lru_cache(32)  # a network is traced once
def look_through(vgg: keras.Model, names: tuple[str, ...] = STYLE_LAYERS) -> keras.Model:
    """Return the network from pictures to what the layers `names` of a VGG make of them, by name."""
    return keras.Model(vgg.input, {name: vgg.get_layer(name).output for name in names})


@functools.lru_cache(8)
def glance_through(vgg: keras.Model, margin: int) -> keras.Model:
    """Return the network from pictures to what `BRUSH_LAYERS` give, and to `describe` of it.

    The statistics leave out `margin` pixels on each side, a multiple of 8 and at least 8.
    """
    seen = vgg.outputs[-len(BRUSH_LAYERS) :]
    sides = [margin // 2 ** (int(name[5]) - 1) for name in BRUSH_LAYERS]  # block by block, each half as many
    inner = [each[:, side:-side, side:-side] for each, side in zip(seen, sides, strict=True)]
    return keras.Model(vgg.input, [*seen, describe(inner)])
