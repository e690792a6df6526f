"""Linear algebra."""

from __future__ import annotations

import numpy as np

from core.imaging.linalg import symmetric_sqrt


def test_the_root_times_itself_is_the_matrix() -> None:
    samples = np.random.default_rng(0).normal(size=(50, 4))
    covariance = np.cov(samples.T)
    root = symmetric_sqrt(covariance)
    np.testing.assert_allclose(root @ root, covariance, atol=1e-12)
    np.testing.assert_allclose(root, root.T, atol=1e-12)


def test_slightly_negative_eigenvalues_count_as_zero() -> None:
    root = symmetric_sqrt(np.diag([4.0, -1e-16]))
    np.testing.assert_array_equal(root, np.diag([2.0, 0.0]))
