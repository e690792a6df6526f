"""The picture of the toy GAN: where pixels and points are, and where arrows point."""

from __future__ import annotations

import numpy as np
import pytest

from plugins.gan_generator import toy_rendering
from plugins.gan_generator.toy_data import EXTENT


def test_arrows_point_to_where_the_logits_rise() -> None:
    along = np.linspace(-EXTENT, EXTENT, 48, dtype=np.float32)
    x, y = np.meshgrid(along, -along)
    points = np.array([[0.5, 0.5], [-1.0, 0.2], [2.0, -2.0]], np.float32)
    gradients = toy_rendering.gradients_at(points, 3 * x - 2 * y)
    np.testing.assert_allclose(gradients, np.tile([3, -2], (3, 1)), atol=1e-4)


def test_a_pixel_is_a_point_and_the_top_is_positive() -> None:
    side = toy_rendering.SIDE
    assert toy_rendering.point_at(np.zeros(2)) == pytest.approx([-EXTENT, EXTENT])
    assert toy_rendering.point_at(np.array([side, side / 2])) == pytest.approx([EXTENT, 0])
