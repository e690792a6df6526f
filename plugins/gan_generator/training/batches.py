"""The training images, and batches sampled from them."""

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


def read_split(config: Config, split: str) -> Dataset:
    """Return the images of a split, "train" or "test"."""
    return datasets.read_dataset_or_folder(config.recipe.subject, config.data, config.images, config.side, split)


def sample_batch(training_set: Dataset, config: Config, classes: int, random: np.random.Generator) -> tuple[Any]:
    """Return a batch as `fit` takes it.

    Args:
        training_set: the images to choose from.
        config: the size of a batch, the scales and whether images are flipped.
        classes: of the network; 0 leaves the labels out.
        random: generator of the choice and of the flips.

    Returns:
        A tuple of one element: images (n, h, w, c · scales), or (images, one-hot labels).
    """
    pictures, labels = sample_images(training_set, config, random)
    stacked = multiscale.stack_scales(pictures, config.scales)
    return ((stacked, np.eye(classes, dtype=np.float32)[labels]) if classes else stacked,)


def sample_images(
    training_set: Dataset, config: Config, random: np.random.Generator
) -> tuple[Image, NDArray[np.int64]]:
    """Return random images (n, h, w, c), half of them flipped if the recipe says so, and their class indices (n,)."""
    chosen = random.integers(len(training_set.pictures), size=config.batch)
    pictures = images.from_uint8(training_set.pictures[chosen])
    if config.recipe.horizontal_flip:
        datasets.random_flip(pictures, random)
    return pictures, training_set.labels[chosen]
