"""Sharpness of images."""

from __future__ import annotations

import numpy as np
import pytest

from plugins.vae_explorer.sharpness import sharpness


def test_a_blurred_image_is_less_sharp_and_a_gradient_not_at_all() -> None:
    noise = np.random.default_rng(0).random((4, 16, 16, 3), np.float32)
    blurred = (noise[:, 1:] + noise[:, :-1]) / 2
    assert sharpness(blurred) < sharpness(noise)
    ramp = np.linspace(0, 1, 16, dtype=np.float32)[None, :, None, None].repeat(16, 2)
    assert sharpness(ramp) == pytest.approx(0, abs=1e-6)
