"""The start of a blind network from one that is given the noise level."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from core.imaging.images import Image
from core.metadata import Checkpoint, CheckpointError
from core.networks import checkpoint
from plugins.denoiser.model import build_denoiser
from plugins.denoiser.training.starting import START_SIGMA, load_start

SIZE = (8, 16), (1, 1)


def save(network: keras.Model, folder: Path) -> Path:
    checkpoint.save(network, Checkpoint("build_denoiser", {}, {}, {}), folder)
    return folder


def test_a_blind_network_begins_as_the_other_at_one_noise_level(picture: Image, tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    known = build_denoiser(*SIZE)
    for variable in known.variables:
        variable.assign(np.random.default_rng(0).normal(0, 0.2, variable.shape))
    blind = build_denoiser(*SIZE, blind=True)
    load_start(blind, save(known, tmp_path))
    noisy = picture[None]
    level = np.full((*noisy.shape[:3], 1), START_SIGMA / 255, np.float32)
    np.testing.assert_allclose(blind.predict_on_batch(noisy), known.predict_on_batch((noisy, level)), atol=1e-4)


def test_a_blind_network_continues_from_a_blind_one(tmp_path: Path) -> None:
    first, second = (build_denoiser(*SIZE, blind=True) for _ in range(2))
    load_start(second, save(first, tmp_path))
    for one, other in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_another_size_is_refused(tmp_path: Path) -> None:
    folder = save(build_denoiser(*SIZE), tmp_path)
    with pytest.raises(CheckpointError, match="does not fit"):
        load_start(build_denoiser((16, 32), (1, 1), blind=True), folder)
