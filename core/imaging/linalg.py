"""Linear algebra that several plugins need, in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def symmetric_sqrt(matrix: NDArray[Any]) -> NDArray[Any]:
    """Return the symmetric square root of a symmetric positive semi-definite matrix, such as a covariance matrix.

    Rounding may make zero eigenvalues slightly negative: they count as zero here, where `scipy.linalg.sqrtm` would
    return complex numbers.

    Args:
        matrix: (n, n); only its lower triangle is read.

    Returns:
        (n, n): the root, which multiplied by itself gives `matrix`.
    """
    eigenvalues, eigenvectors = np.linalg.eigh(matrix)
    root: NDArray[Any] = eigenvectors * np.sqrt(eigenvalues.clip(0)) @ eigenvectors.T
    return root
