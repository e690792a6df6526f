"""A style that applies to a region only."""

from __future__ import annotations

import numpy as np

from plugins.style_transfer.region import blend


def test_a_photo_is_stylized_where_the_mask_is_white_with_a_soft_border() -> None:
    photo, stylized = np.zeros((60, 200, 3), np.float32), np.ones((60, 200, 3), np.float32)
    mask = np.zeros((30, 100, 3), np.float32)  # half the photo's size
    mask[:, 50:] = 1
    blended = blend(photo, stylized, mask)
    assert blended[:, :90].max() < 1e-3
    assert blended[:, 110:].min() > 1 - 1e-3
    across = blended[30, :, 0]
    assert (np.diff(across) >= -1e-6).all()
    assert 4 < np.count_nonzero((across > 0.01) & (across < 0.99)) < 20
