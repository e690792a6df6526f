"""Degradations of real photos."""

from __future__ import annotations

import numpy as np

from core.imaging.images import Image
from core.imaging.metrics import psnr
from plugins.super_resolver.degradation import degrade
from plugins.super_resolver.resampling import downscale


def test_degradations_are_sampled_from_the_seed(photo: Image) -> None:
    first, again, other = (degrade(photo, 4, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert first.shape == (64, 96, 3)
    assert 15 < psnr(first, downscale(photo, 4)) < 40
    assert np.abs(first - other).mean() > 1 / 255
