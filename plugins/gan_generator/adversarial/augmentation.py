"""Differentiable augmentation: what is real and what is drawn are changed alike, at random, before they are judged.

So a discriminator cannot learn a small set of pictures by heart (Zhao et al. 2020, https://arxiv.org/abs/2006.10738).
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

FARTHEST = 1 / 8  # of a side that pictures are moved by
HOLE = 1 / 2  # of a side that is covered


def augment(pictures: Any, colours: int, seed: keras.random.SeedGenerator) -> Any:
    """Return `pictures` (n, h, w, c) as bright, as colourful and as hard as chance says, moved, and with a hole each.

    Each `colours` channels that follow each other are one picture's; all are changed alike.
    """
    return cover(move(recolour(pictures, colours, seed), seed), seed)


def recolour(pictures: Any, colours: int, seed: keras.random.SeedGenerator) -> Any:
    """Return `pictures` brighter or darker by up to a half, with up to twice the saturation and 1.5 of the contrast."""
    count, height, width, channels = ops.shape(pictures)
    brightness, saturation, contrast = (
        keras.random.uniform((count, 1, 1, 1, 1), low, high, seed=seed)
        for low, high in ((-0.5, 0.5), (0, 2), (0.5, 1.5))
    )
    x = ops.reshape(pictures, (count, height, width, channels // colours, colours)) + brightness
    gray = ops.mean(x, axis=-1, keepdims=True)
    x = (x - gray) * saturation + gray if colours > 1 else x
    middle = ops.mean(x, axis=(1, 2, 4), keepdims=True)
    return ops.reshape((x - middle) * contrast + middle, (count, height, width, channels))


def move(pictures: Any, seed: keras.random.SeedGenerator) -> Any:
    """Return `pictures` moved by up to an eighth each way; what comes in from outside is black."""
    count, height, width, _ = ops.shape(pictures)
    down, across = (_shifts(count, side, seed) for side in (height, width))
    return ops.einsum("nij,njkc,nlk->nilc", down, pictures, across)


def cover(pictures: Any, seed: keras.random.SeedGenerator) -> Any:
    """Return `pictures` with a gray square of half a side each, which may lie partly outside."""
    count, height, width, _ = ops.shape(pictures)
    down, across = (_stretches(count, side, seed) for side in (height, width))
    hole = ops.expand_dims(ops.expand_dims(down, 2) * ops.expand_dims(across, 1), -1)
    return pictures * (1 - hole) + 0.5 * hole


def _shifts(count: Any, side: int, seed: keras.random.SeedGenerator) -> Any:
    """Return matrices (count, side, side) that move a line of pixels: what is a product has its gradient everywhere."""
    farthest = int(side * FARTHEST)
    by = keras.random.randint((count, 1, 1), -farthest, farthest + 1, seed=seed)
    places = ops.arange(side)
    return ops.cast(places[None, None, :] == places[None, :, None] + by, "float32")


def _stretches(count: Any, side: int, seed: keras.random.SeedGenerator) -> Any:
    """Return lines (count, side) of ones where a stretch of half of them lies, zeros elsewhere."""
    length = int(side * HOLE)
    first = keras.random.randint((count, 1), -length // 2, side - length // 2, seed=seed)
    places = ops.arange(side)[None]
    return ops.cast(ops.logical_and(places >= first, places < first + length), "float32")
