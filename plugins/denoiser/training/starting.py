"""Starts the training of a blind network from a network that is given the noise level."""

from __future__ import annotations

from pathlib import Path

import keras

from core.metadata import WEIGHTS_FILE
from core.networks import checkpoint

from ..model import is_blind

START_SIGMA = 12.0  # the noise level at which the blind network first computes the same as the one it starts from
IMAGE_CHANNELS = 3
FIRST = "down0"


def load_start(network: keras.Model, folder: Path) -> None:
    """Assign to `network` the weights of the checkpoint in `folder`, of the same widths and blocks.

    If `network` is blind and the checkpoint is not, its first layer is replaced by what it computes at σ 12.

    Raises:
        CheckpointError: if a name is missing or left over, or a shape differs.
    """
    arrays = checkpoint.read_weights(folder / WEIGHTS_FILE)
    kernel = arrays.get(f"{FIRST}/kernel")
    if is_blind(network) and kernel is not None and kernel.shape[2] > IMAGE_CHANNELS:
        arrays[f"{FIRST}/bias"] += START_SIGMA / 255 * kernel[:, :, IMAGE_CHANNELS:].sum(axis=(0, 1, 2))
        arrays[f"{FIRST}/kernel"] = kernel[:, :, :IMAGE_CHANNELS]
    checkpoint.assign(network, arrays, folder / WEIGHTS_FILE)
