"""Prepares the inputs of a network, and runs it over many examples in batches of bounded size."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.imaging.images import Floats, Image
from core.imaging.resizing import center_crop_resize
from core.networks.layers import unpack_singleton

BATCH = 256


def predict(network: keras.Model, inputs: Sequence[NDArray[np.float32]], batch: int = BATCH) -> Floats:
    """Return the output of `network` for `inputs`, computed in batches, so that memory use is bounded.

    Args:
        network: a network with one output.
        inputs: for each input of the network an array (n, …), n at least 1.
        batch: largest number of examples computed at once.

    Returns:
        (n, …) in float32.
    """
    starts = range(0, len(inputs[0]), batch)
    outputs = [network.predict_on_batch(unpack_singleton([each[i : i + batch] for each in inputs])) for i in starts]
    return np.concatenate(outputs).astype(np.float32)


def one_hot(labels: Sequence[int], classes: int, count: int) -> Floats:
    """Return class indices as one-hot vectors.

    Args:
        labels: `count` class indices, or one that is used for all.
        classes: number of classes.
        count: number of vectors, at least 1.

    Returns:
        (count, classes).

    Raises:
        UserError: if there are neither one nor `count` labels, or one is not an integer from 0 to `classes` - 1.
    """
    indices = np.asarray(labels if len(labels) == count else tuple(labels) * count)
    if len(indices) != count or indices.dtype.kind not in "iu" or indices.min() < 0 or indices.max() >= classes:
        raise UserError(f"labels are {tuple(labels)}: give one, or one for each picture, from 0 to {classes - 1}.")
    vectors: Floats = np.eye(classes, dtype=np.float32)[indices]
    return vectors


def as_batch(image: Image, shape: tuple[int, ...]) -> Image:
    """Return one or many images as a batch (n, h, w, c) for a network.

    Args:
        image: one image (h, w, c), center-cropped and resized if it has another shape, or many (n, h, w, c).
        shape: height, width and channels of the network's input.

    Raises:
        UserError: if many images have another shape: resizing would hide a mistake.
    """
    if image.ndim == 3:
        return (image if image.shape == shape else center_crop_resize(image, shape))[None]
    if image.shape[1:] != shape:
        raise UserError(f"pictures of {image.shape[1:]} do not fit this checkpoint: make them {shape}.")
    return image
