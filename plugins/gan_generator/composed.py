"""The real cats as a data set of the generator's classes: to show beside generated ones, and to score these."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.training import cats
from core.training.cats import ATTRIBUTES
from core.training.datasets import Dataset

from .training.recipes import RECIPES

CHECKPOINT = "cats"
ATTRIBUTES_GIVEN = RECIPES[CHECKPOINT].attributes


def compose(labels: NDArray[np.int64]) -> Dataset:
    """Return the cats of some labels, the numbers of combinations of all attributes."""
    return Dataset(cats.compose(labels), labels, (), ATTRIBUTES)


def classes(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the classes that the generator is given, from numbers of combinations of all attributes."""
    return Dataset(np.empty((len(labels), 0), np.uint8), labels, (), ATTRIBUTES).combinations(ATTRIBUTES_GIVEN)


def training_cats(label: int) -> Dataset:
    """Return all cats of one of the generator's classes that it was trained on: they differ in eyes and mouth."""
    labels = cats.combinations("train")
    return compose(labels[classes(labels) == label])


def attributes_of(labels: Sequence[int]) -> dict[str, NDArray[np.int64]]:
    """Return the values (n,) of each attribute that the generator is given, from its classes."""
    sizes = tuple(ATTRIBUTES[name] for name in ATTRIBUTES_GIVEN)
    return dict(zip(ATTRIBUTES_GIVEN, np.unravel_index(np.asarray(labels), sizes), strict=True))


def held_out(count: int) -> Dataset:
    """Return so many cats whose combinations are not trained on, always the same ones."""
    return compose(cats.held_out(count))
