"""The settings that every plugin's training has."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, ClassVar

from core.errors import UserError
from core.manifest import Precision


@dataclass(frozen=True)
class Settings:
    """What every plugin's training can be told; its own `Config` adds to these.

    It also has a field `checkpoint`: which of the plugin's checkpoints the network is to become.
    """

    epochs: int = 10
    """How many epochs; after each, the held-out loss is computed and the run can be resumed."""
    steps: int = 250
    """Batches in an epoch."""
    batch: int = 16
    """Examples in a batch."""
    rate: float = 1.5e-3
    """Highest learning rate; it warms up over the first epoch's 100 steps and falls to 1% along a cosine."""
    seed: int = 0
    """Seed of the weights and of every batch."""
    precision: Precision = "float32"
    """float32, mixed_bfloat16 or mixed_float16; the weights stay float32."""
    backup_minutes: float = 5.0
    """How often what --resume continues from is written."""

    def __post_init__(self) -> None:
        for name in ("epochs", "steps", "batch"):
            if getattr(self, name) < 1:
                raise UserError(f"--{name} is {getattr(self, name)}: use at least 1.")
        if not 0 < self.rate < 1:
            raise UserError(f"--rate is {self.rate}: use a number between 0 and 1, such as 0.001.")
        if not 0 <= self.seed < 2**32:
            raise UserError(f"--seed is {self.seed}: use 0 to {2**32 - 1}.")
        if not 0 <= self.backup_minutes < math.inf:
            raise UserError(f"--backup-minutes is {self.backup_minutes}: use 0 or more.")


@dataclass(frozen=True)
class RecipeSettings(Settings):
    """Settings of a plugin whose checkpoints differ by a recipe: flags that are left out are as the recipe has them.

    A subclass sets `RECIPES`, by checkpoint; each recipe is a dataclass with a field `subject`, the data set's name.
    """

    RECIPES: ClassVar[Mapping[str, Any]] = {}

    checkpoint: str = ""
    """Which checkpoint to train."""
    images: Path | None = None
    """Folder of one's own pictures, in place of the recipe's data set."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.checkpoint not in self.RECIPES:
            raise UserError(f"--checkpoint is {self.checkpoint!r}: use one of {', '.join(self.RECIPES)}.")

    @property
    def source(self) -> str:
        """The name of the data set, or of the folder of one's own pictures."""
        return str(self.recipe.subject) if self.images is None else self.images.name

    @property
    def recipe(self) -> Any:
        """The checkpoint's recipe, with each field replaced for which this has a value of the same name."""
        recipe = self.RECIPES[self.checkpoint]
        given = {field.name: getattr(self, field.name, None) for field in fields(recipe)}
        return replace(recipe, **{name: value for name, value in given.items() if value is not None})
