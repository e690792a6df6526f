"""The settings of the adversarial training: loss, regularization, how often each network is updated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

import tyro

from core.errors import UserError, check_range

Loss = Literal["relativistic", "hinge", "bce"]
LOSSES: tuple[Loss, ...] = get_args(Loss)
Updated = Literal["both", "generator", "discriminator"]
UPDATED: tuple[Updated, ...] = get_args(Updated)


@dataclass(frozen=True)
class Objective:
    """What the two networks minimize, and at which steps each is updated.

    Raises:
        UserError: where a value is out of its range.
    """

    loss: Loss = "relativistic"
    """relativistic (R3GAN), hinge, or bce (binary cross-entropy, the original GAN's non-saturating loss)."""
    gradient_penalty_weight: float = 0.1
    """Weight of the discriminator's gradient penalty on real and generated samples (R1 + R2); 0 turns it off."""
    mode_seeking_weight: float = 0.0
    """Weight of the generator's mode-seeking loss, which is high where different latent vectors give the same image;
    0 turns it off."""
    adversarial_weight: float = 1.0
    """Weight of the generator's adversarial loss; with 0 the discriminator is neither computed nor trained."""
    reconstruction_weight: float = 0.0
    """Weight of the mean absolute difference between each generated image and the real one that it is paired with:
    for data sets whose latent vectors are known."""
    label_smoothing: float = 0.0
    """With bce: the target of real samples is 1 minus this, such as 0.1."""
    skip_below: float = 0.0
    """The discriminator is not updated while its loss is below this."""
    discriminator_every: int = 1
    """Update interval of the discriminator in steps; 1 is every step."""
    generator_every: int = 1
    """Update interval of the generator in steps; 1 is every step."""
    augmentation: bool = False
    """Whether real and generated images are augmented at random before the discriminator gets them."""
    ema_steps: int = 1000
    """Time constant, in steps, of the exponential moving average of the weights; it is shorter at the beginning."""

    def __post_init__(self) -> None:
        if self.loss not in LOSSES:
            raise UserError(f"The loss is {self.loss!r}: choose one of {', '.join(LOSSES)}.")
        if not 0 <= self.label_smoothing < 0.5 or (self.label_smoothing and self.loss != "bce"):
            raise UserError(
                f"label_smoothing is {self.label_smoothing} with the loss {self.loss}: use 0 to 0.5, and bce."
            )
        weights = ("gradient_penalty_weight", "mode_seeking_weight", "adversarial_weight", "reconstruction_weight")
        for name in (*weights, "skip_below"):
            check_range(name, getattr(self, name), 0)
        for name in ("discriminator_every", "generator_every", "ema_steps"):
            check_range(name, getattr(self, name), 1)


@dataclass(frozen=True)
class ToyOptions:
    """How the toy GAN of the Lab is trained.

    Raises:
        UserError: where a learning rate is out of its range, or there is no such network.
    """

    objective: Annotated[Objective, tyro.conf.arg(name="")] = Objective()
    """What the two networks minimize, and at which steps each is updated."""
    generator_rate: float = 1e-3
    """Learning rate of the generator."""
    discriminator_rate: float = 1e-3
    """Learning rate of the discriminator."""
    updated: Updated = "both"
    """Which network is trained; the weights of the other one stay as they are."""
    steps: int = 50
    """Steps in a round, after which the state is reported, 1 to 1,000."""

    def __post_init__(self) -> None:
        if self.updated not in UPDATED:
            raise UserError(f"updated is {self.updated!r}: choose one of {', '.join(UPDATED)}.")
        for name in ("generator_rate", "discriminator_rate"):
            if not 0 < getattr(self, name) <= 1:
                raise UserError(f"{name} is {getattr(self, name)}: use a number above 0, at most 1.")
        check_range("steps", self.steps, 1, 1000)
