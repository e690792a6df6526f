"""Random batches that are reproducible, so that an interrupted training continues with the same data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from core.training import data_parallel


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Random batches for `keras.Model.fit`, `steps` per epoch, each sampled with a random generator of its own.

    The generator is seeded by (seed, epoch, index), so batch `index` of an epoch is the same however often training
    was interrupted before it. Call `fit` with `shuffle=False`. Of several processes, each gets its share of a batch.

    Args:
        sample_batch: returns one batch, in the form that `fit` takes, sampled with the given generator.
        steps: batches per epoch.
        seed: seed of all batches.
    """

    def __init__(self, sample_batch: Callable[[np.random.Generator], Any], steps: int, seed: int) -> None:
        super().__init__(workers=1, max_queue_size=16)
        self.sample_batch, self.steps, self.seed, self.epoch = sample_batch, steps, seed, 0

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, index: int) -> Any:
        return data_parallel.own_share(self.sample_batch(np.random.default_rng((self.seed, self.epoch, index))))

    def on_epoch_end(self) -> None:
        """Advance to the seeds of the next epoch."""
        self.epoch += 1
