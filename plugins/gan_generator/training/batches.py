"""The pictures that networks learn from, and the batches that are drawn of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.imaging import images
from core.imaging.images import Image
from core.training import datasets
from core.training.datasets import Dataset

from .. import multiscale
from .config import Config


def read(config: Config, split: str) -> Dataset:
    """Return the pictures of a split."""
    return datasets.read_dataset_or_folder(config.recipe.subject, config.data, config.images, config.side, split)


def draw(seen: Dataset, config: Config, classes: int, random: np.random.Generator) -> tuple[Any]:
    """Return a batch of pictures at as many scales as the discriminator sees, and their classes, if it is told them."""
    pictures, labels = draw_some(seen, config, random)
    stacked = multiscale.stack(pictures, config.scales)
    return ((stacked, np.eye(classes, dtype=np.float32)[labels]) if classes else stacked,)


def draw_some(seen: Dataset, config: Config, random: np.random.Generator) -> tuple[Image, NDArray[np.int64]]:
    """Return random pictures, some of them mirrored, and their classes."""
    chosen = random.integers(len(seen.pictures), size=config.batch)
    pictures = images.from_uint8(seen.pictures[chosen])
    if config.recipe.mirrored:
        datasets.random_flip(pictures, random)
    return pictures, seen.labels[chosen]
