"""Settings of a training: ranges, and recipes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from core.errors import UserError
from core.training.settings import RecipeSettings, Settings


@dataclass(frozen=True)
class Recipe:
    subject: str
    dimensions: int = 2
    mirrored: bool = True
    kind: str = "vae"


RECIPES = {"digits": Recipe("mnist"), "clothes": Recipe("fashion", dimensions=32)}


@dataclass(frozen=True)
class Config(RecipeSettings):
    RECIPES: ClassVar[Mapping[str, Any]] = RECIPES

    checkpoint: str = "digits"
    dimensions: int | None = None
    mirrored: bool | None = None

    @property
    def kind(self) -> str:
        raise AssertionError("a property is not a flag")


@pytest.mark.parametrize(
    ("field", "value", "remedy"),
    [
        ("epochs", 0, "use at least 1"),
        ("steps", -1, "use at least 1"),
        ("batch", 0, "use at least 1"),
        ("rate", 0.0, "between 0 and 1"),
        ("rate", 1.0, "between 0 and 1"),
        ("seed", -1, "use 0 to 4294967295"),
        ("seed", 2**32, "use 0 to 4294967295"),
        ("backup_minutes", -1.0, "use at least 0"),
        ("backup_minutes", float("nan"), "use at least 0"),
        ("backup_minutes", float("inf"), "use at least 0"),
    ],
)
def test_a_setting_out_of_range_is_refused_by_its_flag(field: str, value: float, remedy: str) -> None:
    with pytest.raises(UserError, match=rf"^--{field.replace('_', '-')} is .*{remedy}"):
        Settings(**{field: value})


def test_flags_left_out_are_as_in_the_recipe() -> None:
    assert Config().recipe == RECIPES["digits"]
    assert Config(checkpoint="clothes").recipe.dimensions == 32


def test_flags_that_are_given_replace_the_recipes_values() -> None:
    assert Config(dimensions=8, mirrored=False).recipe == Recipe("mnist", dimensions=8, mirrored=False)


def test_the_source_is_the_data_set_or_the_folder() -> None:
    assert Config(checkpoint="clothes").source == "fashion"
    assert Config(images=Path("/somewhere/cats")).source == "cats"


def test_an_unknown_checkpoint_is_refused() -> None:
    with pytest.raises(UserError, match="--checkpoint is 'birds': use one of digits, clothes"):
        Config(checkpoint="birds")
