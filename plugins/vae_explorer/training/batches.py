"""Batches of training images."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.imaging import images
from core.imaging.images import Image
from core.networks.batching import one_hot
from core.training import datasets
from core.training.datasets import Dataset

from ..metrics import binarize
from .config import Config
from .priors import sample_prior


def sample_batch(data: Dataset, config: Config, random: np.random.Generator) -> tuple[Any, Image]:
    """Return a random batch, augmented as the recipe says, as (inputs, targets); see `as_inputs`."""
    chosen = random.integers(len(data.pictures), size=config.batch)
    pictures = images.from_uint8(data.pictures[chosen])
    if config.recipe.random_flip:
        datasets.random_flip(pictures, random)
    if config.recipe.binary:
        pictures = binarize(pictures, random)
    return as_inputs(pictures, data, chosen, config, random), pictures


def validation_batch(data: Dataset, config: Config) -> tuple[Any, Image]:
    """Return all images of `data`, always the same, as (inputs, targets)."""
    pictures = images.from_uint8(data.pictures)
    random = np.random.default_rng(0)
    if config.recipe.binary:
        pictures = binarize(pictures, random)
    return as_inputs(pictures, data, np.arange(len(pictures)), config, random), pictures


def as_inputs(pictures: Image, data: Dataset, chosen: Any, config: Config, random: np.random.Generator) -> Any:
    """Return the inputs: images, for a conditional network with the one-hot class of each beside them.

    For an adversarial one there are as many latent vectors of the prior beside them.
    """
    if config.recipe.kind == "aae":
        return pictures, sample_prior(config.prior, len(pictures), config.recipe.dimensions, random)
    if config.recipe.kind != "cvae":
        return pictures
    labels = tuple(data.labels[chosen].tolist())
    return pictures, one_hot(labels, len(data.classes), len(pictures))
