"""The settings of a training run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import tyro

from core.errors import UserError, check_range
from core.training.settings import RecipeSettings

from ..adversarial.objective import Loss, Objective
from .recipes import RECIPES, Recipe

MIN_SIDE, MAX_SIDE = 8, 128  # pixels
MAX_SCALES = 4
Switch = Annotated[bool | None, tyro.conf.arg(constructor=bool)]  # --name and --no-name; None where neither is given


@dataclass(frozen=True)
class Config(RecipeSettings):
    """Settings of a training run. Flags that are left out and have no default are taken from the checkpoint's recipe.

    Raises:
        UserError: where a value is out of its range, or does not fit the checkpoint.
    """

    RECIPES: ClassVar[Mapping[str, Any]] = RECIPES

    checkpoint: str = "mnist"
    """Which checkpoint to train: one of those in plugin.toml. Own --images take the other settings of mnist."""
    data: Path | None = None
    """Folder of the data set's files; left out, Keras downloads MNIST, Fashion-MNIST and CIFAR-10."""
    subject: Literal["mnist", "fashion", "cifar10", "tiles", "cats"] | None = None
    """Data set to train on, in place of the recipe's."""
    images: Path | None = None
    """Folder of your own images in place of a data set, or of a folder for each class; damaged files are skipped.
    To generate such images: `run gan_generator generate --weights RUN/checkpoint`."""
    side: int = 32
    """Pixels that each side of the --images is resized to: 16, 32, 64 or any multiple of 4."""
    loss: Loss = "relativistic"
    """relativistic (R3GAN), hinge, or bce (binary cross-entropy, the original GAN's non-saturating loss)."""
    gradient_penalty_weight: float | None = None
    """Weight of the discriminator's gradient penalty on real and generated images (R1 + R2); 0 turns it off."""
    mode_seeking_weight: float | None = None
    """Weight of the generator's mode-seeking loss, which is high where different latent vectors give the same image;
    0 turns it off."""
    adversarial_weight: float = 1.0
    """Weight of the generator's adversarial loss; with 0 the discriminator is neither computed nor trained."""
    reconstruction_weight: float = 0.0
    """Weight of the mean absolute difference between each generated image and the real one that it is paired with:
    for the cats, whose latent vectors are known."""
    label_smoothing: float = 0.0
    """With bce: the target of real images is 1 minus this, such as 0.1."""
    skip_below: float = 0.0
    """The discriminator is not updated while its loss is below this."""
    discriminator_rate: float | None = None
    """Highest learning rate of the discriminator; left out, three times the generator's. With a lower one, the
    generator collapsed to one image for each class."""
    discriminator_every: int = 1
    """Update interval of the discriminator in steps; 1 is every step."""
    generator_every: int = 1
    """Update interval of the generator in steps; 1 is every step."""
    augmentation: Switch = None
    """Augment real and generated images at random before the discriminator gets them: for data sets of fewer than
    about ten thousand images."""
    conditional: Switch = None
    """Give both networks the class of each image."""
    horizontal_flip: Switch = None
    """Flip half of the training images; left out, it depends on the data set, and --images are not flipped."""
    scales: int = 1
    """Resolutions of each image that the discriminator gets, each half the one before (multi-scale gradients)."""
    dimensions: int = 64
    """Dimensions of a latent vector."""
    width: int = 16
    """Channels at the highest resolution of the networks."""
    patch: int = 1
    """The networks' highest resolution is 1 / patch of the images': 2 takes a fraction of the time."""
    ema_steps: int = 1000
    """Time constant, in steps, of the exponential moving average of the weights, which is what is saved."""
    batch: int = 64
    """Examples in a batch."""
    rate: float = 8e-4
    """Highest learning rate of the generator."""
    cosine_decay: bool = True
    """Warm both learning rates up over 100 steps and let them fall to 1% along a cosine; else they are constant."""
    start: Path | None = None
    """Folder of a checkpoint of the same layers to start from; left out, the weights are initialized at random."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not MIN_SIDE <= self.side <= MAX_SIDE or self.side % 4:
            raise UserError(f"--side is {self.side}: use a multiple of 4 from {MIN_SIDE} to {MAX_SIDE}.")
        if self.discriminator_rate is not None and not 0 < self.discriminator_rate < 1:
            raise UserError(f"--discriminator-rate is {self.discriminator_rate}: use a number between 0 and 1.")
        check_range("--scales", self.scales, 1, MAX_SCALES)
        check_range("--dimensions", self.dimensions, 1)
        check_range("--width", self.width, 1)
        if self.patch not in (1, 2, 4) or (self.patch > 1 and self.scales > 1):
            raise UserError(f"--patch is {self.patch} with --scales {self.scales}: use 1, 2 or 4, and 1 scale above 1.")
        if self.precision == "mixed_float16":
            raise UserError(f"--precision is {self.precision}: use float32 or mixed_bfloat16, losses are not scaled.")
        if self.start and self.recipe.kind != "gan":
            raise UserError(f"--start is {self.start}, but {self.checkpoint} is not a generator: leave it out.")
        assert self.objective  # it checks its own values

    @property
    def recipe(self) -> Recipe:
        """The checkpoint's recipe, with the values of the flags that were given."""
        recipe: Recipe = super().recipe
        if self.horizontal_flip is None and (self.images or self.subject):
            return replace(recipe, horizontal_flip=self.images is None and self.subject != "mnist")
        return recipe

    @property
    def trial(self) -> str:
        """See `RecipeSettings`."""
        return {"classifier": "classify PICTURE.png", "gan": "generate OUT.png"}.get(self.recipe.kind, "")

    @property
    def objective(self) -> Objective:
        """The losses, the regularization and the update intervals."""
        own = (
            *("loss", "adversarial_weight", "reconstruction_weight", "label_smoothing", "skip_below"),
            *("discriminator_every", "generator_every", "ema_steps"),
        )
        from_recipe = ("gradient_penalty_weight", "mode_seeking_weight", "augmentation")
        settings = {name: getattr(self, name) for name in own}
        return Objective(**settings, **{name: getattr(self.recipe, name) for name in from_recipe})
