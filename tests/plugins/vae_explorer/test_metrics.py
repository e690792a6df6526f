"""Metrics: KL divergence, sampling, importance weighting, k-NN accuracy."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from core.plugin import Plugin
from core.progress import finish
from plugins.vae_explorer import example_images, metrics
from plugins.vae_explorer.latents import Encoded
from tests.plugins.vae_explorer.conftest import KnownDivergence


def test_the_kl_divergence_agrees_with_monte_carlo(known_divergence: KnownDivergence) -> None:
    mean, log_variance, estimate = known_divergence
    np.testing.assert_allclose(metrics.kl_divergence(Encoded(mean, log_variance)), estimate, rtol=0.02)


def test_latent_vectors_are_sampled_with_the_deviation_of_the_kl_divergence() -> None:
    mean, log_variance = np.full((100_000, 1), 3, np.float32), np.full((100_000, 1), np.log(4), np.float32)
    sampled = metrics.sample_latents(Encoded(mean, log_variance), np.random.default_rng(0))
    assert (sampled.mean(), sampled.std()) == pytest.approx((3, 2), abs=0.03)


def test_importance_weights_tighten_the_bound(plugin: Plugin, digits: example_images.Examples) -> None:
    codec = metrics.Codec(*(partial(plugin.run, verb, checkpoint="mnist_vae_binary") for verb in ("encode", "decode")))
    binary = metrics.binarize(digits.pictures[:30], np.random.default_rng(0))
    one, many = (finish(metrics.importance_weighted_log_likelihood(codec, binary, count)).mean() for count in (1, 200))
    assert one < many
    assert -120 < many < -60


def test_the_nearest_neighbors_vote() -> None:
    latents = np.repeat([[0.0, 0.0], [1.0, 1.0]], 20, axis=0).astype(np.float32)
    latents += np.random.default_rng(0).normal(0, 0.01, latents.shape).astype(np.float32)
    assert metrics.knn_accuracy(latents, np.repeat([0, 1], 20), 5) == 1
    assert metrics.knn_accuracy(latents, np.tile([0, 1], 20), 19) < 0.7


def test_a_latent_vector_has_no_vote_on_itself() -> None:
    apart = np.array([[0.0, 0.0], [1.0, 0.0], [3.0, 0.0]], np.float32)
    assert metrics.knn_accuracy(apart, np.array([0, 1, 2]), 1) == 0
    equal = np.zeros((30, 2), np.float32)  # more than there are neighbors
    assert metrics.knn_accuracy(equal, np.zeros(30, np.int64), 5) == 1
