"""That training lowers the loss, and what the model card says of it."""

from __future__ import annotations

import json

import keras
import numpy as np

from core.imaging import images
from core.imaging.images import Image
from core.training.data import PatchSampler
from plugins.denoiser.model import build_denoiser
from plugins.denoiser.training.pairs import sample_white_pairs
from tests.conftest import ROOT


def test_a_few_steps_lower_the_loss_on_fresh_patches(photo: Image) -> None:
    keras.utils.set_random_seed(0)
    sampler = PatchSampler([images.to_uint8(photo)], 32)
    random = np.random.default_rng(0)
    network = build_denoiser((16, 32), (1, 1))
    network.compile(keras.optimizers.Adam(2e-3), "mae", jit_compile=False)
    inputs, clean, weight = sample_white_pairs(sampler, 32, np.random.default_rng(1))
    before = network.evaluate(inputs, clean, sample_weight=weight, verbose=0)
    for _ in range(60):
        network.train_on_batch(*sample_white_pairs(sampler, 8, random))
    assert network.evaluate(inputs, clean, sample_weight=weight, verbose=0) < 0.95 * before


def test_the_scores_in_the_model_card_are_those_of_the_checkpoint() -> None:
    card = (ROOT / "plugins" / "denoiser" / "README.md").read_text()
    facts = json.loads((ROOT / "plugins" / "denoiser" / "weights" / "photographs" / "checkpoint.json").read_text())
    for sigma in (15, 25, 50):
        assert f"{facts['scores'][f'psnr_sigma{sigma}']:.2f}" in card
