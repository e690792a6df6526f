"""Attributes of a generated image as one vector: for each attribute the weight of each of its values.

The attributes are those that a generator's latent vector chooses, such as eyes and mouth, and then its groups of
classes. The weights of an attribute sum to 1; an image that a seed gives has one weight near 1 in each, and one that is
halfway between two values has two of 0.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError, check_range
from core.imaging.images import Floats

KEEP = -1  # in place of a value


@dataclass(frozen=True)
class Change:
    """How `edit` changes an image."""

    values: tuple[int, ...] = ()
    """New value of each attribute, -1 to keep it: of the cats, eyes, mouth, color, pattern and accessory."""
    amounts: tuple[float, ...] = (1.0,)
    """How far each attribute is changed, 0 to 1: one for each, or one for all."""
    directions: tuple[float, ...] = ()
    """How far to move along the first principal components of the styles, in standard deviations: up to three."""


def from_values(values: NDArray[np.int64], sizes: Sequence[int]) -> Floats:
    """Return the weights (n, d) of images that have exactly the given values.

    Args:
        values: (n, attributes).
        sizes: how many values each attribute has; their sum is d.
    """
    parts = [np.eye(size, dtype=np.float32)[each] for size, each in zip(sizes, values.T, strict=True)]
    return np.concatenate(parts, axis=1)


def to_values(attributes: Floats, sizes: Sequence[int]) -> NDArray[np.int64]:
    """Return the value with the largest weight of each attribute, (n, attributes), from weights (n, d)."""
    return np.stack([part.argmax(axis=1) for part in split(attributes, sizes)], axis=1)


def split(attributes: Floats, sizes: Sequence[int]) -> list[Floats]:
    """Return the weights of each attribute, (n, size), from weights (n, d)."""
    return np.split(attributes, np.cumsum(sizes)[:-1], axis=1)


def change(attributes: Floats, sizes: Sequence[int], values: Sequence[int], amounts: Sequence[float]) -> Floats:
    """Return weights (n, d) moved towards other values.

    Args:
        attributes: weights (n, d).
        sizes: how many values each attribute has.
        values: the new value of each attribute, or -1 to keep the weights.
        amounts: how far, 0 to 1: of each attribute, or one for all.

    Raises:
        UserError: where there are too few or too many of them, or one is out of range.
    """
    if len(values) != len(sizes) or len(amounts) not in (1, len(sizes)):
        raise UserError(
            f"values are {tuple(values)} with the amounts {tuple(amounts)}: give {len(sizes)} values, {KEEP} to keep "
            f"one, and as many amounts, or one for all."
        )
    changed, bounds = attributes.copy(), pairwise([0, *np.cumsum(sizes)])
    for (start, stop), value, amount in zip(bounds, values, np.broadcast_to(amounts, len(sizes)), strict=True):
        check_range("value", value, KEEP, stop - start - 1)
        check_range("amount", float(amount), 0, 1)
        if value != KEEP:
            changed[:, start:stop] *= 1 - amount
            changed[:, start + value] += amount
    return changed
