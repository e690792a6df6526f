"""Priors of adversarial autoencoders."""

from __future__ import annotations

import numpy as np
import pytest

from plugins.vae_explorer.training.priors import BLOBS, RADIUS, sample_prior


def test_the_gaussian_prior_has_any_number_of_dimensions() -> None:
    latents = sample_prior("gaussian", 10_000, 5, np.random.default_rng(0))
    np.testing.assert_allclose(np.cov(latents.T), np.eye(5), atol=0.05)


@pytest.mark.parametrize("prior", ["ring", "blobs"])
def test_a_ring_and_ten_blobs_lie_on_a_circle(prior: str) -> None:
    latents = sample_prior(prior, 10_000, 2, np.random.default_rng(0))  # type: ignore[arg-type]
    np.testing.assert_allclose(latents.mean(axis=0), 0, atol=0.05)
    assert np.hypot(*latents.T).mean() == pytest.approx(RADIUS, abs=0.02)
    turns = BLOBS * np.arctan2(latents[:, 1], latents[:, 0]) / (2 * np.pi)
    between = np.abs(turns - np.round(turns)) > 0.4  # of a tenth of a turn away from the nearest center
    assert between.mean() == pytest.approx(0.2, abs=0.02) if prior == "ring" else between.mean() < 0.02
