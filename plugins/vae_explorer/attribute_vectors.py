"""Attributes as directions in a latent space, found from labeled images.

The mean latent vector of all images with a value of an attribute, minus that of all images, leads to that value
(attribute vectors, Larsen et al. 2016, https://arxiv.org/abs/1512.09300).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.imaging.images import Floats
from core.training import cat_names

NAMES = {name: cat_names.NAMES[name] for name in ("body", "accessory")}
"""The names of the values of those attributes of the cats that can be chosen."""


@dataclass(frozen=True)
class AttributeVectors:
    """A latent space in which some attributes are known.

    Attributes:
        mean: of the latent vectors of all images, (dimensions,).
        offsets: for each attribute the direction to each of its values, (values, dimensions).
        spread: a square root of the covariance of what the attributes leave open, (dimensions, dimensions).
    """

    mean: Floats
    offsets: Mapping[str, Floats]
    spread: Floats

    def sample(self, count: int, chosen: Mapping[str, int], random: np.random.Generator) -> Floats:
        """Return random latent vectors (count, dimensions); those attributes that are not `chosen` are random too."""
        latents = self.mean + random.standard_normal((count, len(self.mean))) @ self.spread
        for name, offsets in self.offsets.items():
            drawn = random.integers(len(offsets), size=count)
            latents = latents + offsets[np.full(count, chosen[name]) if name in chosen else drawn]
        return np.asarray(latents, np.float32)

    def move(self, latent: Floats, name: str, value: int) -> Floats:
        """Return a latent vector (dimensions,) of value `value`, moved to each value of an attribute, (values, …)."""
        moved: Floats = latent + self.offsets[name] - self.offsets[name][value]
        return moved


def find(latents: Floats, values: Mapping[str, NDArray[np.int64]], sizes: Mapping[str, int]) -> AttributeVectors:
    """Return the attribute vectors of labeled latent vectors.

    Args:
        latents: of images, (n, dimensions).
        values: for each attribute its value in each image, (n,); each value is that of one image at least.
        sizes: how many values each attribute has.
    """
    mean, residuals = latents.mean(axis=0), latents - latents.mean(axis=0)
    offsets = {}
    for name, each in values.items():
        offsets[name] = np.stack([residuals[each == value].mean(axis=0) for value in range(sizes[name])])
        residuals = residuals - offsets[name][each]
    _, deviations, axes = np.linalg.svd(residuals, full_matrices=False)
    return AttributeVectors(mean, offsets, deviations[:, None] / len(latents) ** 0.5 * axes)
