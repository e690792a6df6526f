"""PSNR and SSIM compared with their definitions."""

from __future__ import annotations

import numpy as np
import pytest

from core.imaging import metrics
from core.imaging.images import Image
from core.imaging.metrics import psnr, ssim


def test_psnr_of_a_known_error() -> None:
    zero = np.zeros((4, 4, 3), np.float32)
    assert psnr(zero + np.float32(0.1), zero) == pytest.approx(20, abs=1e-5)
    assert psnr(zero, zero) == 100


def test_ssim_equals_a_direct_computation(picture: Image) -> None:
    random = np.random.default_rng(0)
    x, y = picture[:11, :11].astype(float), np.clip(picture[:11, :11] + random.normal(0, 0.1, (11, 11, 3)), 0, 1)
    axis = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    window = np.outer(axis, axis)[..., None] / axis.sum() ** 2
    mean = lambda z: (z * window).sum((0, 1))  # noqa: E731
    mx, my, c1, c2 = mean(x), mean(y), 1e-4, 9e-4
    cov, vx, vy = mean(x * y) - mx * my, mean(x * x) - mx**2, mean(y * y) - my**2
    expected = ((2 * mx * my + c1) * (2 * cov + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))).mean()
    assert ssim(x, y) == pytest.approx(expected, abs=1e-9)


def test_ssim_is_one_for_equal_images_and_falls_with_noise(picture: Image) -> None:
    noisy = picture + np.random.default_rng(0).normal(0, 0.1, picture.shape).astype(np.float32)
    assert ssim(picture, picture) == pytest.approx(1)
    assert ssim(noisy, picture) < 0.8


def test_ssim_equals_a_sum_of_shifted_images(picture: Image) -> None:
    x, y = picture.astype(float), np.random.default_rng(0).random(picture.shape)
    kernel = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    kernel /= kernel.sum()

    def blur(image: np.ndarray) -> np.ndarray:
        rows = sum(weight * image[i : i + image.shape[0] - 10] for i, weight in enumerate(kernel))
        return sum(weight * rows[:, i : i + image.shape[1] - 10] for i, weight in enumerate(kernel))

    mx, my, c1, c2 = blur(x), blur(y), 1e-4, 9e-4
    cov, vx, vy = blur(x * y) - mx * my, blur(x * x) - mx**2, blur(y * y) - my**2
    expected = ((2 * mx * my + c1) * (2 * cov + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))).mean()
    assert ssim(x, y) == pytest.approx(expected, abs=1e-12)


def test_images_that_cannot_be_compared_are_refused(picture: Image) -> None:
    with pytest.raises(ValueError, match="different shapes"):
        psnr(picture, picture[:10])
    with pytest.raises(ValueError, match="11 × 11"):
        ssim(picture[:10], picture[:10])


def test_luma_follows_bt_601() -> None:
    black, white, red = (np.array([[color]], np.float32) for color in ((0, 0, 0), (1, 1, 1), (1, 0, 0)))
    assert metrics.luma(black)[0, 0, 0] * 255 == pytest.approx(16)
    assert metrics.luma(white)[0, 0, 0] * 255 == pytest.approx(235)
    assert metrics.luma(red)[0, 0, 0] * 255 == pytest.approx(16 + 65.481)


def test_shave_removes_a_border_on_each_side(picture: Image) -> None:
    np.testing.assert_array_equal(metrics.shave(picture, 4), picture[4:-4, 4:-4])
    assert metrics.shave(picture, 0).shape == picture.shape
