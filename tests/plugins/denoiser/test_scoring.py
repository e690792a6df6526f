"""Scores on held-out pictures."""

from __future__ import annotations

import numpy as np
import pytest

from core.imaging.images import Image
from core.imaging.metrics import psnr
from plugins.denoiser.scoring import make_cases, score


def test_camera_cases_are_seeded_and_noisier_at_a_higher_iso(photo: Image) -> None:
    cases, again = (make_cases(photo[:96, :96], "camera") for _ in range(2))
    decibels = [psnr(noisy, photo[:96, :96]) for noisy, _ in cases.values()]
    assert decibels == sorted(decibels, reverse=True)
    assert all(sigma is None for _, sigma in cases.values())
    for name, (noisy, _) in cases.items():
        np.testing.assert_array_equal(noisy, again[name][0])


@pytest.mark.parametrize(
    ("pipeline", "names"), [("white", {"sigma15", "sigma25", "sigma50"}), ("camera", {"low", "medium", "high"})]
)
def test_scores_are_those_of_the_restored_image(photo: Image, pipeline: str, names: set[str]) -> None:
    clean = photo[:64, :64]
    scores = score(lambda noisy, sigma: clean, clean, pipeline)  # type: ignore[arg-type]
    assert {name.split("_")[-1] for name in scores if name.startswith("psnr")} == names
    assert min(value for name, value in scores.items() if name.startswith("ssim")) == pytest.approx(1)
