"""Settings that the training of every plugin has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from core.errors import UserError, check_range
from core.manifest import Precision


@dataclass(frozen=True)
class Settings:
    """Base class of every plugin's `Config`, which adds fields; each field is a flag on the command line.

    A `Config` also has a field `checkpoint`: which of the plugin's checkpoints to train.
    """

    epochs: int = 10
    """Epochs; after each, the held-out loss is computed and the run can be resumed."""
    steps: int = 250
    """Batches per epoch."""
    batch: int = 16
    """Examples per batch."""
    rate: float = 1.5e-3
    """Highest learning rate; it warms up over the first 100 steps and falls to 1% along a cosine."""
    seed: int = 0
    """Seed of the weights and of every batch."""
    precision: Precision = "float32"
    """float32, mixed_bfloat16 or mixed_float16; the weights stay float32."""
    backup_minutes: float = 5.0
    """Minutes between two backups, which --resume continues from."""

    def __post_init__(self) -> None:
        for name in ("epochs", "steps", "batch"):
            check_range(f"--{name}", getattr(self, name), 1)
        if not 0 < self.rate < 1:
            raise UserError(f"--rate is {self.rate}: use a number between 0 and 1, such as 0.001.")
        check_range("--seed", self.seed, 0, 2**32 - 1)
        check_range("--backup-minutes", self.backup_minutes, 0)


@dataclass(frozen=True)
class OptimizerSettings(Settings):
    """Base class of a `Config` that offers a choice of optimizers; see `optimizers.make_optimizer`."""

    optimizer: Literal["adam", "muon"] = "adam"
    """adam, with a cosine decay; muon needs about half the steps, at twice the rate."""
    decay: float = 0.3
    """Share of the steps, at the end, over which muon's learning rate falls to zero; before, it is constant."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.decay <= 1:
            raise UserError(f"--decay is {self.decay}: use a number above 0, at most 1.")


@dataclass(frozen=True)
class RecipeSettings(Settings):
    """Settings of a plugin with one recipe per checkpoint; flags that are not given are taken from the recipe.

    A subclass sets RECIPES, gives `checkpoint` a default, and declares the fields of the recipe that are to be flags,
    with the default None.

    Attributes:
        RECIPES: for each checkpoint a frozen dataclass with a field `subject`, the name of the data set.
    """

    RECIPES: ClassVar[Mapping[str, Any]] = {}

    checkpoint: str = ""
    """Which checkpoint to train."""
    images: Path | None = None
    """Folder of your own pictures, in place of the recipe's data set."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.checkpoint not in self.RECIPES:
            raise UserError(f"--checkpoint is {self.checkpoint!r}: use one of {', '.join(self.RECIPES)}.")

    @property
    def trial(self) -> str:
        """The verb and files to try a network of this checkpoint on the command line, such as "sample OUT.png"."""
        return ""

    @property
    def source(self) -> str:
        """The name of the data set, or of the folder of the user's own pictures."""
        return str(self.recipe.subject) if self.images is None else self.images.name

    @property
    def recipe(self) -> Any:
        """The checkpoint's recipe, with the value of each flag of the same name that was given."""
        recipe = self.RECIPES[self.checkpoint]
        names = {field.name for field in fields(recipe)} & {field.name for field in fields(self)}
        given = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        return replace(recipe, **given)
