"""Image quality metrics, PSNR and SSIM, for images with any number of channels, 0 to 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.imaging.images import Image

SMALLEST_ERROR = 1e-10  # 100 dB
WINDOW_RADIUS = 5  # 11 × 11 Gaussian window with σ 1.5, as in the paper
WINDOW_SIGMA = 1.5
SMALLEST_SCORED = 2 * WINDOW_RADIUS + 1  # pixels per side that SSIM needs


def psnr(image: Image, reference: Image) -> float:
    """Return the peak signal-to-noise ratio in dB, over all pixels and channels.

    Args:
        image: (h, w, c), 0 to 1; the peak is 1.
        reference: an image of the same shape.

    Returns:
        At most 100, which stands for equal images.

    Raises:
        ValueError: if the shapes differ.
    """
    _check_shapes(image, reference)
    error = float(np.mean(np.square(image.astype(np.float64) - reference)))
    return -10 * float(np.log10(max(error, SMALLEST_ERROR)))


def ssim(image: Image, reference: Image) -> float:
    """Return the mean structural similarity, averaged over channels (Wang et al. 2004).

    Gaussian window, K1 = 0.01, K2 = 0.03, population covariances, and only where the whole window fits, as in the
    authors' code.

    Args:
        image: (h, w, c), 0 to 1, at least 11 × 11 pixels.
        reference: an image of the same shape.

    Returns:
        -1 to 1; 1 for equal images.

    Raises:
        ValueError: if the shapes differ.
        UserError: if the images are smaller than the window.
    """
    _check_shapes(image, reference)
    if min(image.shape[:2]) < SMALLEST_SCORED:
        raise UserError(f"SSIM needs at least 11 × 11 pixels, got {image.shape[1]} × {image.shape[0]}.")
    x, y = image.astype(np.float64), reference.astype(np.float64)
    mean_x, mean_y = _blur(x), _blur(y)
    variance_x, variance_y = _blur(x * x) - mean_x**2, _blur(y * y) - mean_y**2
    covariance = _blur(x * y) - mean_x * mean_y
    c1, c2 = 0.01**2, 0.03**2
    luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    structure = (2 * covariance + c2) / (variance_x + variance_y + c2)
    return float(np.mean(luminance * structure))


def luma(image: Image) -> Image:
    """Return the luma Y of an RGB image by ITU-R BT.601, which super-resolution papers score.

    Args:
        image: (h, w, 3 or more), 0 to 1; channels after the third are ignored.

    Returns:
        (h, w, 1), from 16/255 for black to 235/255 for white.
    """
    weights = np.array([65.481, 128.553, 24.966]) / 255
    y = 16 / 255 + image[..., :3].astype(np.float64) @ weights
    return y[..., None].astype(np.float32)


def shave(image: Image, border: int) -> Image:
    """Return `image` without `border` pixels on each side, where methods differ in how they pad."""
    return image[border : image.shape[0] - border, border : image.shape[1] - border]


def _blur(image: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return `image` filtered by the Gaussian window, without the border where the window does not fit."""
    from scipy.ndimage import correlate1d  # here: pages import this module before the first page is served

    offsets = np.arange(-WINDOW_RADIUS, WINDOW_RADIUS + 1)
    kernel = np.exp(-(offsets**2) / (2 * WINDOW_SIGMA**2))
    kernel /= kernel.sum()
    for axis in (0, 1):
        image = correlate1d(image, kernel, axis)
    return shave(image, WINDOW_RADIUS)  # type: ignore[arg-type,return-value]


def _check_shapes(image: Image, reference: Image) -> None:
    if image.shape != reference.shape:
        raise ValueError(f"images of different shapes cannot be compared: {image.shape} and {reference.shape}.")
