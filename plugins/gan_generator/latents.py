"""Latent vectors: from seeds, around one vector, and on a path. A seed stands for a latent vector and a class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.imaging.images import Floats
from core.imaging.interpolation import slerp

SEEDS = 2**32


def from_seeds(seeds: Sequence[int], dimensions: int) -> Floats:
    """Return one latent vector for each seed, (n, dimensions), sampled from the standard normal distribution."""
    return np.stack([np.random.default_rng(seed).standard_normal(dimensions, np.float32) for seed in seeds])


def choose_values(latent: Floats, values: NDArray[np.int64], sizes: Sequence[int]) -> Floats:
    """Return latent vectors changed such that they stand for the given values of some attributes.

    Each attribute has a block of as many numbers as it has values, from the first number on; the value is the position
    of the largest one. Two numbers of a block are exchanged, so that the vectors of all values together are still
    normally distributed.

    Args:
        latent: (n, d), normally distributed.
        values: (n, attributes).
        sizes: how many values each attribute has; their sum is at most d.
    """
    chosen, rows, start = latent.copy(), np.arange(len(latent)), 0
    for wanted, size in zip(values.T, sizes, strict=True):
        largest, wanted = start + latent[:, start : start + size].argmax(axis=1), start + wanted
        chosen[rows, wanted], chosen[rows, largest] = latent[rows, largest], latent[rows, wanted]
        start += size
    return chosen


def labels_from_seeds(seeds: Sequence[int], classes: int) -> list[int]:
    """Return a class index, 0 to `classes` - 1, for each seed: the class of its image if none is chosen."""
    return [int(np.random.default_rng((seed, 1)).integers(classes)) for seed in seeds]


def consecutive_seeds(seed: int, count: int) -> list[int]:
    """Return `count` consecutive seeds from `seed` on; after the last, 2³² - 1, comes 0."""
    return [(seed + i) % SEEDS for i in range(count)]


def perturb(latent: Floats, amount: float, seed: int, count: int) -> Floats:
    """Return latent vectors near `latent` (d,), as (count, d).

    Args:
        latent: the vector to vary.
        amount: how far: 0 returns `latent`, 1 vectors that are independent of it.
        seed: of the random directions.
        count: how many.
    """
    directions = np.random.default_rng((seed, 2)).standard_normal((count, len(latent)), np.float32)
    angle = amount * np.pi / 2
    return np.asarray(np.cos(angle) * latent + np.sin(angle) * directions, np.float32)


def interpolate_path(stops: Floats, steps: int) -> tuple[Floats, Floats]:
    """Return a path through latent vectors by spherical interpolation (Shoemake 1985).

    On an arc, vectors keep their length; a straight line would pass near the origin, where the generator was never
    trained.

    Args:
        stops: the vectors to pass through, (n, d).
        steps: steps from one to the next.

    Returns:
        The vectors on the path, ((n - 1) · steps + 1, d), and the weight of each stop in each of them, (…, n), which
        sum to 1.
    """
    identity = np.eye(len(stops), dtype=np.float32)
    fractions = np.arange(steps, dtype=np.float32)[:, None] / steps
    weights = [(1 - fractions) * identity[i] + fractions * identity[i + 1] for i in range(len(stops) - 1)]
    path = [slerp(stops[i], stops[i + 1], each[:, i + 1 : i + 2]) for i, each in enumerate(weights)]
    return np.concatenate([*path, stops[-1:]]), np.concatenate([*weights, identity[-1:]])
