"""Spherical linear interpolation."""

from __future__ import annotations

import numpy as np

from core.imaging.interpolation import slerp


def test_slerp_keeps_the_norm_of_vectors_of_equal_norm() -> None:
    along = np.linspace(0, 1, 5, dtype=np.float32)[:, None]
    right, up = np.eye(2, dtype=np.float32)
    arc = slerp(right, up, along)
    np.testing.assert_allclose(np.linalg.norm(arc, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(arc[2], [0.5**0.5] * 2, rtol=1e-5)


def test_slerp_is_linear_where_no_arc_is_defined() -> None:
    along = np.linspace(0, 1, 5, dtype=np.float32)[:, None]
    right = np.array([1, 0], np.float32)
    for other in (-right, right, 0 * right):
        np.testing.assert_allclose(slerp(right, other, along), (1 - along) * right + along * other, atol=1e-6)
