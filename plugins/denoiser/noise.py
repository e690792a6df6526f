"""Gaussian noise: adding it and estimating its level, in NumPy. σ is in 8-bit units: 25 means 25/255 of full scale."""

from __future__ import annotations

from math import ceil, sqrt

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from core.imaging.images import Image

PATCH = 8  # pixels
STRIDE = 3  # pixels between patches
MAX_PATCHES = 60_000  # enough for a stable covariance matrix; all patches of a large photo would take a gigabyte
MAX_SIGMA = 75.0


def add_noise(image: Image, sigma: float, seed: int = 0) -> Image:
    """Return `image` plus white Gaussian noise, neither clipped nor rounded.

    Args:
        image: (h, w, c), 0 to 1.
        sigma: standard deviation of the noise, 0 to 255.
        seed: seed of the noise.
    """
    noise = np.random.default_rng(seed).standard_normal(image.shape, np.float32)
    return image + noise * np.float32(sigma / 255)


def estimate_sigma(image: Image) -> float:
    """Return the standard deviation (0 to 255) of the white noise in `image` (h, w, 3), 0 to 1.

    Patches of a clean image span few dimensions, noise spans all of them: the smallest eigenvalues of the covariance
    matrix of the patches are the variance of the noise. They are found as the largest set of eigenvalues whose mean
    equals its median (Chen, Zhu & Heng, "An Efficient Statistical Method for Image Noise Level Estimation",
    ICCV 2015, https://doi.org/10.1109/ICCV.2015.62). An image below 9 × 9 pixels has too few patches: 0 is returned.
    """
    if min(image.shape[:2]) <= PATCH:
        return 0.0
    stride = max(STRIDE, ceil(sqrt(image.shape[0] * image.shape[1] / MAX_PATCHES)))
    windows = sliding_window_view(image, (PATCH, PATCH), axis=(0, 1))[::stride, ::stride]
    patches = windows.reshape(-1, PATCH * PATCH * image.shape[-1])
    eigenvalues = np.maximum(np.linalg.eigvalsh(np.cov(patches, rowvar=False)), 0)
    for count in range(len(eigenvalues), 1, -1):
        smallest = eigenvalues[:count]
        mean = smallest.mean()
        if np.sum(smallest > mean) >= np.sum(smallest < mean):
            return float(np.sqrt(mean)) * 255
    return float(np.sqrt(eigenvalues[0])) * 255
