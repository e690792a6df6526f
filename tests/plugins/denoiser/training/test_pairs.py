"""Training pairs of noisy and clean patches."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from core.imaging import images
from core.imaging.images import Image
from core.training.data import PatchSampler
from plugins.denoiser.training.pairs import CameraPairSampler, sample_white_pairs


def test_each_patch_has_its_own_noise_level(photo: Image) -> None:
    (noisy, level), clean, weight = sample_white_pairs(
        PatchSampler([images.to_uint8(photo)], 64), 8, np.random.default_rng(0)
    )
    measured = (noisy - clean).std(axis=(1, 2, 3))
    np.testing.assert_allclose(measured, level[:, 0, 0, 0], rtol=0.05)
    assert level.max() <= 75 / 255
    assert np.argmax(weight) == np.argmin(level[:, 0, 0, 0])
    assert weight.shape == (8, 1, 1)


def test_camera_pairs_are_seeded_and_weighted_by_the_noise_in_them(photo: Image) -> None:
    sampler = CameraPairSampler([images.to_uint8(photo)], 48)
    (noisy, clean, weight), again = (sampler.sample(12, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(noisy, again[0])
    assert noisy.shape == clean.shape == (12, 48, 48, 3)
    assert noisy.min() >= 0
    assert noisy.max() <= 1
    order = np.argsort(np.square(noisy - clean).mean(axis=(1, 2, 3)))
    assert all(first >= second for first, second in pairwise(weight[order, 0, 0]))


def test_some_camera_pairs_are_gray_and_all_sizes_occur(photo: Image) -> None:
    sampler = CameraPairSampler([images.to_uint8(photo)], 32)
    random = np.random.default_rng(0)
    clean = np.concatenate([sampler.sample(16, random)[1] for _ in range(8)])
    gray = [images.is_gray(patch) for patch in clean]
    assert 1 <= sum(gray) < len(gray) / 2
