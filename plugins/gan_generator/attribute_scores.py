"""Scores of generated cats, whose attributes are known: whether they are those that were asked for, and all reached."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from core.imaging import images
from core.imaging.images import Image
from core.training.cats import ATTRIBUTES, LOOK_ALIKE
from core.training.evaluation import Scores

from . import composed, reference_set
from .model import Classification
from .reference_set import GenerateImages, ReferenceSet
from .training.classifier import classes_of

HELD_OUT = "heldout"  # what the names of the scores of held-out cats end in


def score(
    generate: GenerateImages, classify: Callable[[Image], Classification], reference: ReferenceSet, count: int
) -> Scores:
    """Return the scores of `count` generated cats: those of `reference_set.compare`, and those of their attributes.

    `agreement_…` is the share of cats in which the classifier sees the value of the attribute that was asked for,
    `coverage` the share of all attributes' values that it sees in some cat, and `pair_coverage` that of all pairs of
    values of two attributes. `…_heldout` is the same score of as many real cats that were not trained on: how well the
    classifier sees, and how near such a cat is to one that was trained on.
    """
    held_out = composed.held_out(count)
    generated, labels = reference_set.generate_like(generate, reference, count)
    scores = _score(generated, composed.attributes_of(labels), classify, reference)
    real = {name: held_out.values([name])[:, 0] for name in composed.ATTRIBUTES_GIVEN}
    of_real = _score(images.from_uint8(held_out.pictures), real, classify, reference)
    return scores | {f"{name}_{HELD_OUT}": of_real[name] for name in ("frechet", "copies", *_agreements())}


def coverage(values: NDArray[np.int64], attributes: int) -> float:
    """Return the share of all combinations of values of so many attributes, each two or each one, that occur.

    Args:
        values: of all attributes, (n, 5), as `look` returns them.
        attributes: 1 for single values, 2 for pairs.
    """
    sizes = [size - len(LOOK_ALIKE.get(name, {})) for name, size in ATTRIBUTES.items()]
    chosen = list(combinations(range(len(sizes)), attributes))
    reached = sum(len(np.unique(values[:, each], axis=0)) for each in chosen)
    return reached / sum(int(np.prod([sizes[i] for i in each])) for each in chosen)


def look(name: str, values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the values of an attribute, each that looks as another one replaced by it."""
    looks = np.arange(ATTRIBUTES[name])
    for value, other in LOOK_ALIKE.get(name, {}).items():
        looks[value] = other
    return looks[values]


def _agreements() -> list[str]:
    return [f"agreement_{name}" for name in composed.ATTRIBUTES_GIVEN]


def _score(
    pictures: Image,
    asked: dict[str, NDArray[np.int64]],
    classify: Callable[[Image], Classification],
    reference: ReferenceSet,
) -> Scores:
    """Return the scores of cats that should have the values `asked` of some attributes."""
    found = classify(pictures)
    values = classes_of(found.probabilities, tuple(ATTRIBUTES.values()))
    seen = {name: look(name, each) for name, each in zip(ATTRIBUTES, values.T, strict=True)}
    scores = reference_set.compare(pictures, found.features, reference)
    scores["copies"] = scores.pop("copy_fraction")
    agreements = [float((seen[name] == look(name, wanted)).mean()) for name, wanted in asked.items()]
    scores |= dict(zip(_agreements(), agreements, strict=True))
    values = np.stack(list(seen.values()), axis=1)
    return scores | {"coverage": coverage(values, 1), "pair_coverage": coverage(values, 2)}
