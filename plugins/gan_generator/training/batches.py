"""The training images, and batches sampled from them."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.imaging import images
from core.imaging.images import Image
from core.training import datasets
from core.training.datasets import Dataset

from .. import latents, multiscale
from .config import Config


def read_split(config: Config, split: str) -> Dataset:
    """Return the images of a split, "train" or "test"."""
    return datasets.read_dataset_or_folder(config.recipe.subject, config.data, config.images, config.side, split)


def choices(config: Config, training_set: Dataset) -> tuple[int, ...]:
    """Return how many values each attribute has that the latent vector decides."""
    return tuple(training_set.attributes[name] for name in config.recipe.latent_attributes)


def class_groups(config: Config, training_set: Dataset) -> tuple[int, ...]:
    """Return how many classes each group has that the networks are given; one class is trained without labels."""
    if not config.recipe.conditional:
        return ()
    attributes = tuple(training_set.attributes[name] for name in config.recipe.attributes)
    return attributes or (len(training_set.classes),) * (len(training_set.classes) > 1)


def sample_batch(training_set: Dataset, config: Config, random: np.random.Generator) -> tuple[Any]:
    """Return a batch as `fit` takes it.

    Args:
        training_set: the images to choose from.
        config: the size of a batch, the scales, whether images are flipped, and the attributes.
        random: generator of the choice, of the flips and of latent vectors.

    Returns:
        A tuple of one element: images (n, h, w, c · scales), or these with latent vectors (n, dimensions), if the
        recipe has attributes that these decide, and one-hot labels of each group.
    """
    pictures, chosen = _sample(training_set, config, random)
    batch = [multiscale.stack_scales(pictures, config.scales)]
    if sizes := choices(config, training_set):
        latent = random.standard_normal((len(pictures), sum(sizes)), np.float32)
        batch.append(latents.choose_values(latent, chosen.values(config.recipe.latent_attributes), sizes))
    groups = class_groups(config, training_set)
    values = chosen.values(config.recipe.attributes).T if groups else ()
    batch += [np.eye(size, dtype=np.float32)[each] for size, each in zip(groups, values, strict=True)]
    return (tuple(batch) if len(batch) > 1 else batch[0],)


def sample_images(training_set: Dataset, config: Config, random: np.random.Generator) -> tuple[Image, Any]:
    """Return random images (n, h, w, c), half of them flipped if the recipe says so, and what a classifier predicts.

    That is the images' class indices (n,), or a tuple of each attribute's values.
    """
    pictures, chosen = _sample(training_set, config, random)
    values = tuple(chosen.values(config.recipe.attributes).T)
    return pictures, values if len(values) > 1 else values[0]


def _sample(training_set: Dataset, config: Config, random: np.random.Generator) -> tuple[Image, Dataset]:
    chosen = training_set.part(random.integers(len(training_set.pictures), size=config.batch))
    pictures = images.from_uint8(chosen.pictures[:])
    if config.recipe.horizontal_flip:
        datasets.random_flip(pictures, random)
    return pictures, chosen
