"""What the training of the networks can be told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from core.errors import UserError
from core.training import settings

from ..adversarial.objective import Loss, Rules
from .recipes import RECIPES, Recipe

LARGEST_SIDE = 128  # pixels


@dataclass(frozen=True)
class Config(settings.Settings):
    """What the training of the networks can be told. What is left out is as the checkpoint's recipe has it."""

    checkpoint: str = "crawl"
    """One of those in plugin.toml."""
    data: Path | None = None
    """Folder of the set's files; left out, Keras fetches digits, clothes and CIFAR-10."""
    subject: Literal["mnist", "fashion", "cifar10", "tiles"] | None = None
    """The set to learn, in place of the checkpoint's own."""
    images: Path | None = None
    """Folder of pictures of your own in place of a set, or of a folder for each class; broken ones are skipped.
    What is learnt from them is drawn by `run gan_generator generate --weights RUN/checkpoint`."""
    side: int = 32
    """Pixels that each side of a picture of --images is resized to: 16, 32, 64 or any multiple of 4."""
    loss: Loss = "relativistic"
    """relativistic (R3GAN's), bce (the first GANs', non-saturating) or hinge."""
    penalty: float | None = None
    """Weight of the discriminator's squared slope, at real and at drawn pictures; 0 leaves it out."""
    seeking: float | None = None
    """Weight of what the generator pays for drawing the same of different codes (mode seeking); 0 leaves it out."""
    smoothing: float = 0.0
    """With bce, how far below 1 the target of real pictures is, such as 0.1."""
    skip_below: float = 0.0
    """The discriminator sits out while its loss is below this."""
    discriminator_rate: float | None = None
    """Its highest learning rate; left out, three times the generator's: a slower one is outrun, and the generator draws
    one picture of each class over and over."""
    discriminator_every: int = 1
    """The discriminator moves at one step of so many."""
    generator_every: int = 1
    """The generator moves at one step of so many."""
    augmented: bool | None = None
    """Whether pictures are changed at random before they are judged: for sets of less than some ten thousand."""
    conditional: bool | None = None
    """Whether both networks are told the class."""
    mirrored: bool | None = None
    """Whether half of the pictures are seen left for right; left out, as the set allows, and not those of --images."""
    scales: int = 1
    """How many sizes of the same picture the discriminator sees, each half the one before: multi-scale gradients."""
    dimensions: int = 64
    """Numbers in a code."""
    width: int = 16
    """Channels at the finest size."""
    averaged_over: int = 1000
    """Steps that the generator's average, which is what is kept, remembers."""
    batch: int = 64
    """Examples in a batch."""
    rate: float = 8e-4
    """Highest learning rate of the generator."""
    falling: bool = True
    """Whether both rates warm up over 100 steps and fall to 1% along a cosine; else they stay, and averaging settles
    what the generator draws."""
    start: Path | None = None
    """Folder of a checkpoint of like layers to start from; left out, random numbers."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.checkpoint not in RECIPES:
            raise UserError(f"--checkpoint is {self.checkpoint!r}: use one of {', '.join(RECIPES)}.")
        if not 8 <= self.side <= LARGEST_SIDE or self.side % 4:
            raise UserError(f"--side is {self.side}: use a multiple of 4 from 8 to {LARGEST_SIDE}.")
        if self.discriminator_rate is not None and not 0 < self.discriminator_rate < 1:
            raise UserError(f"--discriminator-rate is {self.discriminator_rate}: use a number between 0 and 1.")
        if not 1 <= self.scales <= 4:
            raise UserError(f"--scales is {self.scales}: use 1 to 4.")
        if min(self.dimensions, self.width) < 1:
            raise UserError(f"--dimensions is {self.dimensions} and --width {self.width}: use at least 1.")
        if self.precision != "float32":
            raise UserError(f"--precision is {self.precision}: slopes are found by small differences, use float32.")
        if self.start and self.recipe.kind != "gan":
            raise UserError(f"--start is {self.start}, and {self.checkpoint} is no generator: leave it out.")
        assert self.rules  # which checks itself

    @property
    def source(self) -> str:
        """What the pictures are of: the name of a set, or of a folder of one's own."""
        return self.recipe.subject if self.images is None else self.images.name

    @property
    def recipe(self) -> Recipe:
        """The checkpoint's recipe, with what the flags change of it."""
        changes = {
            name: getattr(self, name)
            for name in ("subject", "penalty", "seeking", "augmented", "conditional", "mirrored")
        }
        if self.mirrored is None and (self.images or self.subject):
            changes["mirrored"] = self.images is None and self.subject != "mnist"
        return replace(RECIPES[self.checkpoint], **{name: each for name, each in changes.items() if each is not None})

    @property
    def rules(self) -> Rules:
        """How the two networks play."""
        names = ("loss", "smoothing", "skip_below", "discriminator_every", "generator_every", "averaged_over")
        chosen = {name: getattr(self, name) for name in names}
        recipe = self.recipe
        return Rules(penalty=recipe.penalty, seeking=recipe.seeking, augmented=recipe.augmented, **chosen)
