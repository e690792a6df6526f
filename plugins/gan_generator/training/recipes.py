"""What makes each checkpoint: of which set it is, and what the two networks of a generator are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["gan", "classifier", "lab"]


@dataclass(frozen=True)
class Recipe:
    """What makes one checkpoint."""

    subject: str
    kind: Kind = "gan"
    conditional: bool = True
    augmented: bool = False  # where there are so few pictures that a discriminator would learn them by heart
    mirrored: bool = False  # half of the pictures, left for right
    penalty: float = 0.5
    seeking: float = 0.1


RECIPES = {
    "crawl": Recipe("tiles", augmented=True, mirrored=True),
    "mnist": Recipe("mnist"),
    "crawl_classifier": Recipe("tiles", "classifier", mirrored=True),
    "mnist_classifier": Recipe("mnist", "classifier"),
    "cifar10_classifier": Recipe("cifar10", "classifier", mirrored=True),
    "lab": Recipe("points", "lab"),
}
