"""How close two images are: PSNR and SSIM, for images of any number of channels in 0 to 1."""

from __future__ import annotations

import numpy as np

from core.errors import UserError
from core.imaging.images import Image

SMALLEST_ERROR = 1e-10  # 100 dB
WINDOW_RADIUS = 5  # 11 × 11 Gaussian window of σ 1.5, as in the paper
WINDOW_SIGMA = 1.5
SMALLEST_SCORED = 2 * WINDOW_RADIUS + 1  # pixels each way that SSIM needs


def psnr(image: Image, reference: Image) -> float:
    """Return the peak signal-to-noise ratio in dB, peak 1, over all pixels and channels; 100, as is usual, at most."""
    _check_shapes(image, reference)
    error = float(np.mean(np.square(image.astype(np.float64) - reference)))
    return -10 * float(np.log10(max(error, SMALLEST_ERROR)))


def ssim(image: Image, reference: Image) -> float:
    """Return the mean structural similarity, -1 to 1, averaged over channels (Wang et al. 2004).

    Gaussian window, K1 = 0.01, K2 = 0.03, population covariances, and only where the whole window fits, as in the
    authors' code. Raises UserError for images smaller than the 11 × 11 window.
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
    """Return the brightness (h, w, 1) of an RGB image as ITU-R BT.601 has it, 16/255 to 235/255: papers score that."""
    weights = np.array([65.481, 128.553, 24.966]) / 255
    brightness = 16 / 255 + image[..., :3].astype(np.float64) @ weights
    return brightness[..., None].astype(np.float32)


def shave(image: Image, border: int) -> Image:
    """Return `image` without `border` pixels on each side, where methods differ in what they assume."""
    return image[border : image.shape[0] - border, border : image.shape[1] - border]


def _blur(image: np.ndarray) -> np.ndarray:
    """Return `image` under the Gaussian window, the border where it does not fit cut off."""
    offsets = np.arange(-WINDOW_RADIUS, WINDOW_RADIUS + 1)
    kernel = np.exp(-(offsets**2) / (2 * WINDOW_SIGMA**2))
    kernel /= kernel.sum()
    for axis in (0, 1):
        length = image.shape[axis] - 2 * WINDOW_RADIUS
        image = sum(weight * np.take(image, range(start, start + length), axis) for start, weight in enumerate(kernel))  # type: ignore[assignment]
    return image


def _check_shapes(image: Image, reference: Image) -> None:
    if image.shape != reference.shape:
        raise ValueError(f"images of different shapes cannot be compared: {image.shape} and {reference.shape}.")
