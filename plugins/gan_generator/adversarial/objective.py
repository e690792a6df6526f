"""By which rules the two networks play, what goes wrong by some, and what is the cure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from core.errors import UserError

Loss = Literal["relativistic", "hinge", "bce"]
LOSSES: tuple[Loss, ...] = get_args(Loss)


@dataclass(frozen=True)
class Rules:
    """How the two play."""

    loss: Loss = "relativistic"
    """relativistic (R3GAN's), bce (the first GANs', non-saturating) or hinge."""
    penalty: float = 0.1
    """Weight of the discriminator's squared slope, at real and at drawn pictures; 0 leaves it out."""
    seeking: float = 0.0
    """Weight of what the generator pays for drawing the same of different codes; the lab's has none."""
    smoothing: float = 0.0
    """With bce, how far below 1 the target of real pictures is, such as 0.1."""
    skip_below: float = 0.0
    """The discriminator sits out while its loss is below this."""
    discriminator_every: int = 1
    """The discriminator moves at one step of so many."""
    generator_every: int = 1
    """The generator moves at one step of so many."""
    augmented: bool = False
    """Whether pictures are changed at random before they are judged."""
    averaged_over: int = 1000
    """Steps that the generator's average remembers, fewer at first."""

    def __post_init__(self) -> None:
        if self.loss not in LOSSES:
            raise UserError(f"The loss is {self.loss!r}: choose one of {', '.join(LOSSES)}.")
        if not 0 <= self.smoothing < 0.5 or (self.smoothing and self.loss != "bce"):
            raise UserError(f"smoothing is {self.smoothing} with the loss {self.loss}: use 0 to 0.5, and bce.")
        for name in ("penalty", "seeking", "skip_below"):
            if not 0 <= getattr(self, name) < math.inf:
                raise UserError(f"{name} is {getattr(self, name)}: use 0 or more.")
        for name in ("discriminator_every", "generator_every", "averaged_over"):
            if getattr(self, name) < 1:
                raise UserError(f"{name} is {getattr(self, name)}: use at least 1.")


@dataclass(frozen=True)
class Preset:
    """A match in the lab that shows something."""

    words: str
    rules: Rules
    rates: tuple[float, float]
    """Learning rates of the generator and of the discriminator."""


COLLAPSE = "Mode collapse"
FAILURES = {
    COLLAPSE: Preset(
        "The generator moves ten times before the discriminator does: all its points run to whichever place passes for "
        "real just then. When the place is found out, they run to the next.",
        Rules("bce", penalty=0, discriminator_every=10),
        (3e-3, 3e-3),
    ),
    "Discriminator too strong": Preset(
        "It learns a thousand times as fast: wherever the generator is, it is sure, and sure to all sides. On a plain "
        "there is no way up.",
        Rules("hinge", penalty=0),
        (1e-5, 1e-2),
    ),
    "Learning rate too high": Preset(
        "Each step is longer than the way: both networks jump over what they look for, for ever.",
        Rules("bce", penalty=0),
        (3e-2, 3e-2),
    ),
}
CURES = {
    COLLAPSE: Preset(
        "Both move at each step, and a drawn point only has to look as real as the real one beside it (relativistic "
        "loss): no place is worth running to for all of them.",
        Rules("relativistic", penalty=0.02),
        (1e-3, 1e-3),
    ),
    "Discriminator too strong": Preset(
        "It learns as slowly as the generator, and pays for steepness (penalty): wherever one stands, its field rises "
        "gently towards the real points.",
        Rules("hinge", penalty=0.1),
        (1e-3, 1e-3),
    ),
    "Learning rate too high": Preset(
        "A thirtieth of the rate: both arrive.",
        Rules("bce", penalty=0),
        (1e-3, 1e-3),
    ),
}
