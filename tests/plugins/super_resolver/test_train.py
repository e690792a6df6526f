"""The super-resolver's training patches, training and evaluation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Image
from core.imaging.metrics import psnr
from core.plugin import Plugin
from core.training import optimizers
from core.training.data import PatchSampler
from plugins.super_resolver.model import build_super_resolver
from plugins.super_resolver.resampling import downscale
from plugins.super_resolver.train import ADAM_LAYERS, Config, evaluate, make_samplers, sample_degraded_pairs
from plugins.super_resolver.training.pairs import PairSampler, make_pairs


def test_evaluate_scores_the_named_checkpoint_and_scale(plugin: Plugin, photo: Image, tmp_path: Path) -> None:
    images.save(photo[:96, :96], tmp_path / "a.png")
    every = evaluate(plugin, tmp_path).scores
    assert {"psnr_y_x2", "psnr_y_x3", "psnr_y_x4", "real_psnr_y_x4"} < set(every)
    real = Plugin(plugin.record, plugin.engine, "x4_real")
    assert all(name.startswith("real_") for name in evaluate(real, tmp_path).scores)
    assert evaluate(plugin, tmp_path, scale=3).scores["psnr_y_x3"] == every["psnr_y_x3"]
    images.save(photo[:20, :20], tmp_path / "b.png")
    with pytest.raises(UserError, match=r"b\.png is 20 × 20 pixels: use at least 23 each way"):
        evaluate(plugin, tmp_path, scale=4)


def test_degraded_patches_are_aligned_with_their_targets(photo: Image) -> None:
    sampler = PatchSampler([images.to_uint8(photo)], 4 * (24 + 4))
    low, high = sample_degraded_pairs(sampler, 3, np.random.default_rng(0))
    assert (low.shape, high.shape) == ((3, 24, 24, 3), (3, 96, 96, 3))
    assert psnr(low, np.stack([downscale(patch, 4) for patch in high])) > 20


def test_a_teacher_gives_the_targets_of_the_training_but_not_of_the_validation(photo: Image, tmp_path: Path) -> None:
    pictures = [images.to_uint8(photo)]
    for name in "abc":
        images.save(1 - photo, tmp_path / f"{name}.png")
    samplers = make_samplers(Config(teacher=tmp_path, patch=24), pictures, pictures)
    for sample, sign in zip(samplers, (-1, 1), strict=True):
        low, high = sample(4, np.random.default_rng(0))
        assert sign * np.corrcoef(low.ravel(), high[:, ::4, ::4].ravel())[0, 1] > 0.5


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"decay": 0.0}, "--decay is 0.0"),
        ({"decay": 1.5}, "--decay is 1.5"),
        ({"teacher": Path("outputs"), "checkpoint": "x4_real"}, "--teacher is not for x4_real"),
    ],
)
def test_flags_that_do_not_fit_are_refused(flags: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        Config(**flags)


@pytest.mark.parametrize("optimizer", ["adam", pytest.param("muon", marks=pytest.mark.slow)])
def test_training_lowers_the_loss(photo: Image, optimizer: Any) -> None:
    keras.utils.set_random_seed(0)
    network = build_super_resolver(2, width=8, blocks=1)
    network.compile(optimizers.make_optimizer(Config(epochs=40, steps=4, optimizer=optimizer), ADAM_LAYERS), loss="mae")
    low, high = PairSampler(make_pairs([images.to_uint8(photo)], 2), 24).sample(32, np.random.default_rng(0))
    before = network.evaluate(low, high, verbose=0)
    network.fit(low, high, batch_size=8, epochs=40, verbose=0)
    assert network.evaluate(low, high, verbose=0) < 0.9 * before
