"""The real cats, composed from the bundled layers: to show beside generated ones, and to score these."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.imaging.images import Floats
from core.training import cats
from core.training.cats import ATTRIBUTES, ComposedCats
from core.training.datasets import Dataset

from .training.recipes import RECIPES

LAYERS = Path(__file__).parent / "examples" / "cats_layers.npz"
CHECKPOINT = "cats"
ATTRIBUTES_GIVEN = RECIPES[CHECKPOINT].attributes


@functools.cache
def read_layers() -> list[Floats]:
    """Return the bundled layers: see `core.training.cats.read_layers`."""
    with np.load(LAYERS) as stored:
        return [stored[name].astype(np.float32) / np.float32(255) for name in ATTRIBUTES]


def write_layers(layers: list[Floats]) -> None:
    """Write layers as what `read_layers` reads."""
    arrays = {name: np.rint(layer * 255).astype(np.uint8) for name, layer in zip(ATTRIBUTES, layers, strict=True)}
    np.savez_compressed(LAYERS, allow_pickle=False, **arrays)


def compose(labels: NDArray[np.int64]) -> Dataset:
    """Return the cats of some labels, the numbers of combinations of all attributes."""
    return Dataset(ComposedCats(read_layers(), labels)[:], labels, (), ATTRIBUTES)


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
    labels = cats.combinations("test")
    return compose(np.random.default_rng(0).permutation(labels)[:count])
