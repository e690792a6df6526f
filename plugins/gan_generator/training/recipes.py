"""The recipe of each checkpoint: the training settings in which the checkpoints differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["gan", "classifier", "lab"]


@dataclass(frozen=True)
class Recipe:
    """The defaults of one checkpoint; see the fields of `Config` with the same names."""

    subject: str
    kind: Kind = "gan"
    conditional: bool = True
    augmentation: bool = False
    horizontal_flip: bool = False
    gradient_penalty_weight: float = 0.5
    mode_seeking_weight: float = 0.1
    attributes: tuple[str, ...] = ()
    """Of a data set with attributes: those whose values both networks are given, in place of a class."""
    latent_attributes: tuple[str, ...] = ()
    """Those whose values the latent vector decides: see `latents.choose_values`."""


RECIPES = {
    "mnist": Recipe("mnist"),
    "cats": Recipe(
        "cats", mode_seeking_weight=0.0, attributes=("body", "fur", "accessory"), latent_attributes=("eyes", "mouth")
    ),
    "cats_classifier": Recipe("cats", "classifier", attributes=("body", "fur", "eyes", "mouth", "accessory")),
    "mnist_classifier": Recipe("mnist", "classifier"),
    "cifar10_classifier": Recipe("cifar10", "classifier", horizontal_flip=True),
    "lab": Recipe("points", "lab"),
}
