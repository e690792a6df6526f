"""Gaussian noise, put in and measured, in NumPy alone. σ is in 8-bit units: 25 means 25/255 of full scale."""

from __future__ import annotations

from math import ceil, sqrt

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from core.imaging.images import Image

PATCH = 8
STRIDE = 3
MOST_PATCHES = 60_000  # enough to be sure of a covariance; a large photo would give a gigabyte of them
LARGEST_SIGMA = 75.0


def add_noise(image: Image, sigma: float, seed: int = 0) -> Image:
    """Return `image` plus white Gaussian noise of `sigma` (0 to 255), neither clipped nor rounded."""
    noise = np.random.default_rng(seed).standard_normal(image.shape, np.float32)
    return image + noise * np.float32(sigma / 255)


def estimate_sigma(image: Image) -> float:
    """Return the σ (0 to 255) of the white noise in `image` (h, w, 3), from its flattest directions.

    Patches of a clean picture fill few dimensions, noise fills all: the smallest eigenvalues of the patches'
    covariance are the noise's alone. They are found as the largest set whose mean is its median
    (Chen, Zhu & Heng, "An Efficient Statistical Method for Image Noise Level Estimation", ICCV 2015).
    A picture smaller than 9 × 9 pixels tells nothing: 0 is returned.
    """
    if min(image.shape[:2]) <= PATCH:
        return 0.0
    stride = max(STRIDE, ceil(sqrt(image.shape[0] * image.shape[1] / MOST_PATCHES)))
    windows = sliding_window_view(image, (PATCH, PATCH), axis=(0, 1))[::stride, ::stride]
    patches = windows.reshape(-1, PATCH * PATCH * image.shape[-1])
    eigenvalues = np.maximum(np.linalg.eigvalsh(np.cov(patches, rowvar=False)), 0)
    for count in range(len(eigenvalues), 1, -1):
        smallest = eigenvalues[:count]
        mean = smallest.mean()
        if np.sum(smallest > mean) >= np.sum(smallest < mean):
            return float(np.sqrt(mean)) * 255
    return float(np.sqrt(eigenvalues[0])) * 255
