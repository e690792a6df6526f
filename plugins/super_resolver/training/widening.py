"""Starts the training of a network from a checkpoint with fewer channels or blocks.

As in Net2Net (Chen et al. 2016, https://arxiv.org/abs/1511.05641), the larger network first computes the same function
as the smaller one. Unlike there, new channels are not copies of old ones: they keep their random initialization, and
the old channels ignore them until training changes the zeros between them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from core.metadata import WEIGHTS_FILE, CheckpointError
from core.networks import checkpoint

Weights = NDArray[np.float32]


def load_narrower_weights(network: keras.Model, folder: Path) -> None:
    """Assign to `network`, newly built, the weights of the checkpoint in `folder`, of the same size or smaller.

    The scale may differ: the last layer then keeps its initialization.

    Raises:
        CheckpointError: if fewer than half of the checkpoint's arrays fit into the network.
    """
    arrays = checkpoint.read_weights(folder / WEIGHTS_FILE)
    fitting = [
        (variable, arrays[name])
        for name, variable in checkpoint.variables(network).items()
        if name in arrays and _fits(arrays[name], variable)
    ]
    if 2 * len(fitting) < len(arrays):
        counts = f"{len(fitting)} of the {len(arrays)} arrays"
        raise CheckpointError(f"{folder}: {counts} fit into {network.name}: use its --width and --blocks, or more.")
    for variable, values in fitting:
        variable.assign(_embed(values, keras.ops.convert_to_numpy(variable).copy()))


def _fits(values: Weights, variable: Any) -> bool:
    shape = tuple(variable.shape)
    return values.ndim == len(shape) and all(np.less_equal(values.shape, shape))


def _embed(values: Weights, initial: Weights) -> Weights:
    """Return `initial` (..., inputs, outputs) with `values` in its first inputs and outputs.

    The weights from new inputs to old outputs become zero.
    """
    initial[..., : values.shape[-1]] = 0
    initial[tuple(slice(length) for length in values.shape)] = values
    return initial
