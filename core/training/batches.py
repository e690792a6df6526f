"""Batches that can be repeated: each is drawn from a seed of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Endless data cut into epochs of `steps` batches, each drawn from a seed of its own.

    Batch `i` of epoch `e` is the same however often training was interrupted before it.
    """

    def __init__(self, draw: Callable[[np.random.Generator], Any], steps: int, seed: int) -> None:
        """`draw` returns a batch, as `fit` takes it, from the generator that it is given."""
        super().__init__(workers=1, max_queue_size=16)
        self.draw, self.steps, self.seed, self.epoch = draw, steps, seed, 0

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, index: int) -> Any:
        return self.draw(np.random.default_rng((self.seed, self.epoch, index)))

    def on_epoch_end(self) -> None:
        """Go on to the next epoch's seeds."""
        self.epoch += 1
