"""Codes: what pictures are drawn from. A seed stands for a code and a class, so that a number names a picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.imaging.images import Floats
from core.imaging.interpolation import slerp

SEEDS = 2**32


def from_seeds(seeds: Sequence[int], dimensions: int) -> Floats:
    """Return the code of each of `seeds`, (n, dimensions), drawn from the standard normal distribution."""
    return np.stack([np.random.default_rng(seed).standard_normal(dimensions, np.float32) for seed in seeds])


def labels_from_seeds(seeds: Sequence[int], classes: int) -> list[int]:
    """Return the class, of so many, that each of `seeds` has where none is chosen."""
    return [int(np.random.default_rng((seed, 1)).integers(classes)) for seed in seeds]


def count_up(seed: int, count: int) -> list[int]:
    """Return `count` seeds, the first of them `seed`."""
    return [(seed + i) % SEEDS for i in range(count)]


def turn(code: Floats, amount: float, seed: int, count: int) -> Floats:
    """Return `count` codes, each `code` turned by `amount`, 0 to 1 of a right angle, in a direction of its own."""
    directions = np.random.default_rng((seed, 2)).standard_normal((count, len(code)), np.float32)
    angle = amount * np.pi / 2
    return np.asarray(np.cos(angle) * code + np.sin(angle) * directions, np.float32)


def follow(stops: Floats, steps: int) -> tuple[Floats, Floats]:
    """Return the codes on the way through `stops` (n, d), ((n - 1) · steps + 1, d), and what each has of each stop.

    Between two stops lie `steps` - 1 codes, on an arc (Shoemake 1985), along which they keep their length: a straight
    line would lead through the middle, where no code ever is. What they have of the stops, (…, n), sums up to 1.
    """
    shares = []
    for i in range(len(stops) - 1):
        along = np.arange(steps, dtype=np.float32)[:, None] / steps
        ends = np.eye(len(stops), dtype=np.float32)[i : i + 2]
        shares.append((1 - along) * ends[0] + along * ends[1])
    shares.append(np.eye(len(stops), dtype=np.float32)[-1:])
    way = [slerp(stops[i], stops[i + 1], share[:, i + 1 : i + 2]) for i, share in enumerate(shares[:-1])]
    return np.concatenate([*way, stops[-1:]]), np.concatenate(shares)
