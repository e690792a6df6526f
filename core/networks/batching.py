"""Runs a network over many examples in batches of bounded size, and prepares what it is given."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.imaging.images import Floats, Image
from core.imaging.resizing import center_crop_resize
from core.networks.layers import one_or_more

BATCH = 256


def predict(network: keras.Model, inputs: Sequence[NDArray[np.float32]], batch: int = BATCH) -> Floats:
    """Return the output of `network` for `inputs`, computed in batches: memory does not grow with their number.

    Args:
        network: a network with one output.
        inputs: one array (n, …) for each of its inputs.
        batch: how many examples go through the network at once.

    Returns:
        (n, …) in float32.
    """
    starts = range(0, len(inputs[0]), batch)
    outputs = [network.predict_on_batch(one_or_more([each[i : i + batch] for each in inputs])) for i in starts]
    return np.concatenate(outputs).astype(np.float32)


def one_hot(labels: Sequence[int], classes: int, count: int) -> Floats:
    """Return class indices as one-hot vectors (count, classes); a single label stands for all `count` examples.

    Raises:
        UserError: where there are neither one nor `count` labels, or one is not from 0 to `classes` - 1.
    """
    indices = np.asarray(labels if len(labels) == count else tuple(labels) * count)
    if len(indices) != count or indices.dtype.kind != "i" or indices.min() < 0 or indices.max() >= classes:
        raise UserError(f"labels are {tuple(labels)}: give one, or one for each picture, from 0 to {classes - 1}.")
    vectors: Floats = np.eye(classes, dtype=np.float32)[indices]
    return vectors


def as_batch(image: Image, shape: tuple[int, ...]) -> Image:
    """Return pictures as a batch (n, h, w, c) of the given `shape` (h, w, c).

    One picture (h, w, c) of another shape is center-cropped and resized; many must have the shape.

    Raises:
        UserError: where many pictures have another shape.
    """
    if image.ndim == 3:
        return (image if image.shape == shape else center_crop_resize(image, shape))[None]
    if image.shape[1:] != shape:
        raise UserError(f"pictures of {image.shape[1:]} do not fit this checkpoint: make them {shape}.")
    return image
