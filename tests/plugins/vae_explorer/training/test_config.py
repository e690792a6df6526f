"""Settings of a training run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.errors import UserError
from plugins.vae_explorer.training.config import Config


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"checkpoint": "cats"}, "--checkpoint is 'cats'"),
        ({"beta": -1}, "--beta is -1"),
        ({"beta": float("nan")}, "--beta is nan"),
        ({"warm_up": -1}, "--warm-up is -1"),
        ({"side": 30}, "--side is 30"),
        ({"dimensions": 0}, "--dimensions is 0"),
        ({"prior": "ring"}, "--prior is ring"),
        ({"checkpoint": "mnist_aae_2", "prior": "blobs", "dimensions": 3}, "--prior is blobs"),
        ({"checkpoint": "mnist_ae_2", "samples": 5}, "--samples 5"),
        ({"samples": 0}, "--samples is 0"),
        ({"hidden": ()}, "--hidden is empty"),
        ({"hidden": (64, 0)}, "--hidden is 0"),
    ],
)
def test_an_invalid_setting_is_refused(flags: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words):
        Config(**flags)


def test_flags_replace_what_the_recipe_says() -> None:
    recipe = Config(checkpoint="mnist_vae_binary", dimensions=8).recipe
    assert (recipe.kind, recipe.dimensions, recipe.loss, recipe.binary) == ("vae", 8, "bce", True)
    assert Config(checkpoint="fashion_ae_2").source == "fashion"
    assert Config(images=Path("photos/cats")).source == "cats"
