"""The point distributions of the Lab."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import UserError
from plugins.gan_generator import toy_data


def test_points_are_sampled_from_a_drawing() -> None:
    paper = np.ones((100, 100, 3), np.float32)
    paper[10:20, 70:80] = 0
    points = toy_data.from_drawing(paper).sample()
    assert points.mean(axis=0) == pytest.approx((0.6, 0.85), abs=0.1)


def test_an_empty_drawing_is_refused() -> None:
    with pytest.raises(UserError, match="The drawing is empty"):
        toy_data.from_drawing(np.ones((10, 10, 3), np.float32))
