"""Linear algebra that several plugins need, in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def symmetric_sqrt(matrix: NDArray[Any]) -> NDArray[Any]:
    """Return the symmetric square root of a symmetric positive semi-definite `matrix`, such as a covariance.

    Negative eigenvalues, which rounding makes of zeros, count as zero; `scipy.linalg.sqrtm` would return complex
    numbers for them.
    """
    eigenvalues, eigenvectors = np.linalg.eigh(matrix)
    root: NDArray[Any] = eigenvectors * np.sqrt(eigenvalues.clip(0)) @ eigenvectors.T
    return root
