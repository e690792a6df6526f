"""The training of GANs, and the scores in the model card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import metadata
from core.errors import UserError
from core.networks import checkpoint
from core.plugin import Plugin
from core.training.runs import Run
from plugins.gan_generator import model, train
from plugins.gan_generator.model import generate
from plugins.gan_generator.tabs.subjects import SUBJECTS
from plugins.gan_generator.train import Config


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize(
    "flags",
    [
        {},
        {
            "loss": "bce",
            "label_smoothing": 0.1,
            "gradient_penalty_weight": 0,
            "skip_below": 0.5,
            "discriminator_rate": 1e-4,
        },
        {"loss": "hinge", "scales": 2, "augmentation": True, "conditional": False},
        pytest.param({"side": 16, "scales": 3, "generator_every": 2}, marks=pytest.mark.slow),
    ],
)
def test_a_gan_is_trained_on_own_images(
    folder: Path, flags: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    small = {"side": 8, "epochs": 1, "steps": 2, "batch": 8, "width": 4, "dimensions": 4}
    config = Config(images=folder, **small | flags)
    run = Run.start("gan_generator", config, folder.parent / "runs")
    assert all(np.isfinite(value) for value in train.train(config, run).values())
    assert "broken.png is not a picture" in capsys.readouterr().out
    trained = checkpoint.load(run.checkpoint, model)
    assert generate(trained, 2).shape == (2, config.side, config.side, 3)
    with np.load(run.checkpoint / "snapshots.npz") as stored:
        assert stored["epochs"].tolist() == [0, 1]
        assert stored["pictures"].shape == (2, 32, config.side, config.side, 3)


def test_more_scales_than_an_image_can_be_halved_are_refused(folder: Path) -> None:
    config = Config(images=folder, side=12, scales=3)
    with pytest.raises(UserError, match="--scales is 3: pictures of 12 pixels"):
        train.train(config, Run.start("gan_generator", config, folder.parent / "runs"))


@pytest.mark.slow
@pytest.mark.usefixtures("eagerly")
def test_a_killed_run_is_resumed(folder: Path, train_twice: Any) -> None:
    flags = {"side": 8, "epochs": 3, "steps": 2, "batch": 8, "width": 4, "dimensions": 4}
    config = Config(images=folder, backup_minutes=0, rate=0.1, **flags)
    made = train_twice("gan_generator", train.train, config, folder.parent / "runs")
    resumed, straight = (checkpoint.load(each, model).get_weights() for each in made)
    for values, expected in zip(resumed, straight, strict=True):
        np.testing.assert_allclose(values, expected, atol=1e-4)


def test_scores_in_the_model_card_are_those_of_the_checkpoints(plugin: Plugin) -> None:
    card = (plugin.record.folder / "README.md").read_text()
    for subject in SUBJECTS.values():
        stored = metadata.read(plugin.record.folder / "weights" / subject.checkpoint).scores
        assert f"| `{subject.checkpoint}_frechet` | {stored['frechet']:.2f} |" in card
        assert f"| `{subject.checkpoint}_recall` | {stored['recall']:.2f} |" in card
