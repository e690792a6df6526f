"""Means of scores."""

from __future__ import annotations

from core.training.evaluation import mean


def test_the_mean_is_of_numbers_and_rounded() -> None:
    rows = [{"image": "a.png", "psnr": 30.0, "ssim": 1 / 3}, {"image": "b.png", "psnr": 31.0, "ssim": 1 / 3}]
    assert mean(iter(rows)) == {"psnr": 30.5, "ssim": 0.3333}
