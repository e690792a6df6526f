"""The super-resolver's training patches, training and evaluation."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Image
from core.plugin import Plugin
from core.training.data import PatchSampler
from plugins.super_resolver.model import build_super_resolver
from plugins.super_resolver.resampling import downscale
from plugins.super_resolver.train import evaluate, sample_pairs


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


def test_low_and_high_patches_are_aligned(photo: Image) -> None:
    sampler = PatchSampler([images.to_uint8(photo)], 4 * (24 + 4))
    low, high = sample_pairs(sampler, 3, np.random.default_rng(0), scale=4)
    assert (low.shape, high.shape) == ((3, 24, 24, 3), (3, 96, 96, 3))
    inner = slice(2, -2)
    again = np.stack([downscale(patch, 4) for patch in high])
    assert np.abs(low - again)[:, inner, inner].max() <= 1 / 255 + 1e-6


def test_training_lowers_the_loss(photo: Image) -> None:
    keras.utils.set_random_seed(0)
    network = build_super_resolver(2, width=8, blocks=1)
    network.compile("adam", loss="mae")
    sampler = PatchSampler([images.to_uint8(photo)], 2 * (24 + 4))
    low, high = sample_pairs(sampler, 32, np.random.default_rng(0), scale=2)
    before = network.evaluate(low, high, verbose=0)
    network.fit(low, high, batch_size=8, epochs=40, verbose=0)
    assert network.evaluate(low, high, verbose=0) < 0.9 * before
