"""What a picture that is painted patiently is to come close to, and how far it is from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from .vgg_layers import CONTENT_LAYER, STYLE_LAYERS

PARTS = ("content", "style", "variation")


@dataclass(frozen=True)
class Aim:
    """What a picture is to come close to: in which layers, and how much each part of the loss counts."""

    content_layers: tuple[str, ...] = (CONTENT_LAYER,)
    style_layers: tuple[str, ...] = STYLE_LAYERS
    content: float = 1.0
    style: float = 150.0
    variation: float = 30.0


class Losses(NamedTuple):
    """The three parts of a picture's loss, each before it is weighed."""

    content: float
    style: float
    variation: float

    def weigh(self, aim: Aim) -> float:
        """Return the weighted sum."""
        return aim.content * self.content + aim.style * self.style + aim.variation * self.variation
