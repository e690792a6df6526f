"""The weighted loss that optimization minimizes: its layers, its weights, and its values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from .vgg_layers import CONTENT_LAYER, STYLE_LAYERS

TERMS = ("content", "style", "variation")


@dataclass(frozen=True)
class LossWeights:
    """The weight of each loss term, and the VGG layers that the content and the style loss compare."""

    content_layers: tuple[str, ...] = (CONTENT_LAYER,)
    style_layers: tuple[str, ...] = STYLE_LAYERS
    content: float = 1.0
    style: float = 150.0
    variation: float = 30.0
    """Of the total variation."""


class Losses(NamedTuple):
    """The three loss terms of an image, unweighted."""

    content: float
    style: float
    variation: float

    def weighted_sum(self, weights: LossWeights) -> float:
        """Return the total loss."""
        return weights.content * self.content + weights.style * self.style + weights.variation * self.variation
