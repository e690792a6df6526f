"""Labels of one or several groups of classes: as inputs of a network, as embeddings, and as one-hot vectors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import layers

from core.imaging.images import Floats
from core.networks.batching import one_hot


def label_inputs(groups: Sequence[int]) -> list[Any]:
    """Return an input of one-hot labels (n, classes) for each group of classes."""
    return [keras.Input((classes,), name=f"label{suffix(i)}") for i, classes in enumerate(groups)]


def class_embeddings(labels: Sequence[Any], dimensions: int, part: str) -> list[Any]:
    """Return an embedding (n, dimensions) of each group's label, by layers whose names start with `part`."""
    return [
        layers.Dense(dimensions, use_bias=False, name=f"{part}_embedding{suffix(i)}")(label)
        for i, label in enumerate(labels)
    ]


def suffix(group: int) -> str:
    """Return what the layer names of a group end in: nothing for the first one."""
    return f"_{group}" if group else ""


def label_vectors(labels: Sequence[int], groups: Sequence[int], count: int) -> list[Floats]:
    """Return class indices as a one-hot vector (count, classes) for each group of classes.

    Args:
        labels: `count` class indices, or one that is used for all. With several groups, it is the number of a
            combination of classes, as `numpy.ravel_multi_index` counts them.
        groups: classes in each group; none if there are no labels.
        count: number of vectors, at least 1.

    Raises:
        UserError: if there are neither one nor `count` labels, or one is not the index of a class.
    """
    if not groups:
        return []
    indices = one_hot(labels, math.prod(groups), count).argmax(axis=1)  # checked, and one for each
    return [
        np.eye(classes, dtype=np.float32)[values]
        for classes, values in zip(groups, np.unravel_index(indices, tuple(groups)), strict=True)
    ]
