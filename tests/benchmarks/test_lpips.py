"""LPIPS is 0 for equal images and grows with their difference."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks import lpips


def test_lpips_grows_with_the_difference() -> None:
    random = np.random.default_rng(0)
    weights: dict[str, Any] = {"AlexNet_0": {}}
    before = 3
    for i, (channels, side, _, _) in enumerate(lpips.CONVOLUTIONS):
        kernel = random.normal(0, 0.1, (side, side, before, channels)).astype(np.float32)
        weights["AlexNet_0"][f"Conv_{i}"] = {"kernel": kernel, "bias": np.zeros(channels, np.float32)}
        weights[f"NetLinLayer_{i}"] = {"Conv_0": {"kernel": np.ones((1, 1, channels, 1), np.float32)}}
        before = channels
    distance = lpips.assemble(weights)
    one, other = random.random((2, 96, 96, 3), np.float32)
    assert distance(one, one) == 0 < distance(one, 0.9 * one + 0.1 * other) < distance(one, other)
