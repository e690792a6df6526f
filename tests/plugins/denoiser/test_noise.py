"""Gaussian noise: adding it, and estimating its level."""

from __future__ import annotations

import numpy as np
import pytest

from core.imaging.images import Image
from plugins.denoiser.noise import add_noise, estimate_sigma


def test_noise_is_seeded_and_has_the_given_sigma(photo: Image) -> None:
    noise = add_noise(photo, 25, seed=3) - photo
    assert noise.std() * 255 == pytest.approx(25, rel=0.01)
    np.testing.assert_array_equal(add_noise(photo, 25, seed=3), add_noise(photo, 25, seed=3))
    assert add_noise(photo, 50).max() > 1  # not clipped


@pytest.mark.parametrize("sigma", [5, 15, 25, 50, 75])
def test_sigma_is_estimated_within_a_tenth(photo: Image, sigma: float) -> None:
    assert estimate_sigma(add_noise(photo, sigma)) == pytest.approx(sigma, rel=0.1)


def test_the_estimate_for_an_image_below_9_pixels_is_0() -> None:
    assert estimate_sigma(np.zeros((8, 30, 3), np.float32)) == 0
