"""Differentiable augmentation (Zhao et al. 2020, https://arxiv.org/abs/2006.10738).

Real and generated images are augmented alike before the discriminator gets them, so that it cannot memorize a small
training set. Gradients pass through to the generator.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

MAX_TRANSLATION = 1 / 8  # of a side
CUTOUT_SIDE = 1 / 2  # of a side


def augment(images: Any, channels: int, seed: keras.random.SeedGenerator) -> Any:
    """Return images with random color jitter, translation and cutout.

    Args:
        images: (n, h, w, c), where c is a multiple of `channels`.
        channels: channels of one image. Where several scales of an image are stacked, all are changed alike.
        seed: generator of the random values.
    """
    return cutout(translate(color_jitter(images, channels, seed), seed), seed)


def color_jitter(images: Any, channels: int, seed: keras.random.SeedGenerator) -> Any:
    """Return images with random brightness (±0.5), saturation (0 to 2 times) and contrast (0.5 to 1.5 times).

    Args:
        images: (n, h, w, c), where c is a multiple of `channels`.
        channels: channels of one image; with 1, the saturation stays.
        seed: generator of the random values.
    """
    count, height, width, stacked = ops.shape(images)
    brightness, saturation, contrast = (
        keras.random.uniform((count, 1, 1, 1, 1), low, high, seed=seed)
        for low, high in ((-0.5, 0.5), (0, 2), (0.5, 1.5))
    )
    x = ops.reshape(images, (count, height, width, stacked // channels, channels)) + brightness
    gray = ops.mean(x, axis=-1, keepdims=True)
    x = (x - gray) * saturation + gray if channels > 1 else x
    mean = ops.mean(x, axis=(1, 2, 4), keepdims=True)
    return ops.reshape((x - mean) * contrast + mean, (count, height, width, stacked))


def translate(images: Any, seed: keras.random.SeedGenerator) -> Any:
    """Return images (n, h, w, c), each shifted by up to an eighth of its side in both directions, padded with black."""
    count, height, width, _ = ops.shape(images)
    rows, columns = (_shift_matrices(count, side, seed) for side in (height, width))
    return ops.einsum("nij,njkc,nlk->nilc", rows, images, columns)


def cutout(images: Any, seed: keras.random.SeedGenerator) -> Any:
    """Return images (n, h, w, c), each with a gray square of half its side, which may lie partly outside."""
    count, height, width, _ = ops.shape(images)
    rows, columns = (_interval_masks(count, side, seed) for side in (height, width))
    mask = ops.expand_dims(ops.expand_dims(rows, 2) * ops.expand_dims(columns, 1), -1)
    return images * (1 - mask) + 0.5 * mask


def _shift_matrices(count: Any, side: int, seed: keras.random.SeedGenerator) -> Any:
    """Return random matrices (count, side, side) that shift a row of pixels: a product is differentiable everywhere."""
    most = int(side * MAX_TRANSLATION)
    shifts = keras.random.randint((count, 1, 1), -most, most + 1, seed=seed)
    positions = ops.arange(side)
    return ops.cast(positions[None, None, :] == positions[None, :, None] + shifts, "float32")


def _interval_masks(count: Any, side: int, seed: keras.random.SeedGenerator) -> Any:
    """Return masks (count, side), each 1 in a random interval of half the side, and 0 elsewhere."""
    length = int(side * CUTOUT_SIDE)
    first = keras.random.randint((count, 1), -length // 2, side - length // 2, seed=seed)
    positions = ops.arange(side)[None]
    return ops.cast(ops.logical_and(positions >= first, positions < first + length), "float32")
