"""The settings of a training: which are refused, and how flags change a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tyro

from core.errors import UserError
from core.plugin import Plugin
from plugins.gan_generator.training.config import Config
from plugins.gan_generator.training.recipes import RECIPES


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"checkpoint": "dogs"}, "--checkpoint is 'dogs'"),
        ({"side": 30}, "--side is 30"),
        ({"label_smoothing": 0.1}, "smoothing is 0.1 with the loss relativistic"),
        ({"gradient_penalty_weight": -1}, "penalty_weight is -1"),
        ({"gradient_penalty_weight": float("nan")}, "penalty_weight is nan"),
        ({"discriminator_rate": 2}, "--discriminator-rate is 2"),
        ({"scales": 5}, "--scales is 5"),
        ({"width": 0}, "--width is 0"),
        ({"precision": "mixed_float16"}, "--precision is mixed_float16"),
        ({"patch": 3}, "--patch is 3"),
        ({"patch": 2, "scales": 2}, "--patch is 2 with --scales 2"),
        ({"reconstruction_weight": -1}, "reconstruction_weight is -1"),
        ({"start": Path("x"), "checkpoint": "mnist_classifier"}, "--start is x"),
    ],
)
def test_settings_that_cannot_be_are_refused(flags: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words):
        Config(**flags)


def test_a_recipe_is_changed_by_switches() -> None:
    def parse(*flags: str) -> Any:
        return tyro.cli(Config, args=list(flags)).recipe

    assert parse() == RECIPES["mnist"]
    assert not parse("--augmentation", "--no-augmentation").augmentation
    assert parse("--augmentation", "--no-conditional").augmentation
    assert not parse("--no-conditional").conditional
    assert parse("--horizontal-flip").horizontal_flip


def test_own_images_are_flipped_only_if_asked_for() -> None:
    assert Config(subject="tiles").recipe.horizontal_flip
    assert not Config(images=Path("x")).recipe.horizontal_flip
    assert Config(images=Path("x"), horizontal_flip=True).recipe.horizontal_flip
    assert Config(subject="cifar10").recipe.horizontal_flip


def test_each_recipe_has_a_bundled_network(plugin: Plugin) -> None:
    assert set(RECIPES) == set(plugin.record.ready_manifest.checkpoints)
