"""Training on the importance-weighted bound, and with a learned prior."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from core.imaging.images import to_uint8
from core.progress import finish
from core.training.datasets import DIGITS, Dataset
from plugins.vae_explorer import example_images
from plugins.vae_explorer.metrics import Codec, importance_weighted_log_likelihood, log_prior, score
from plugins.vae_explorer.model import build_autoencoder, decode, encode, sample
from plugins.vae_explorer.networks.prior import encode_prior, set_pseudo_inputs
from plugins.vae_explorer.training.importance import ImportanceWeightedTrainer, log_normal
from plugins.vae_explorer.training.vae import VAETrainer

to_numpy = keras.ops.convert_to_numpy


def _network(pseudo_inputs: int = 0) -> keras.Model:
    keras.utils.set_random_seed(0)
    return build_autoencoder(dimensions=3, variational=True, width=4, hidden=(8,), pseudo_inputs=pseudo_inputs)


def _loss(trainer: VAETrainer, pictures: Any) -> float:
    return float(to_numpy(trainer.compute_loss(pictures, pictures, trainer(pictures))))


def test_one_sample_gives_the_evidence_lower_bound_and_more_a_tighter_one(digits: example_images.Examples) -> None:
    network, pictures = _network(), digits.pictures
    one, many = (np.mean([_loss(_trainer(network, k), pictures) for _ in range(3)]) for k in (1, 20))
    assert one == pytest.approx(_loss(VAETrainer(network, "bce", 0), pictures), rel=2e-3)
    assert many < one


def _trainer(network: keras.Model, samples: int) -> ImportanceWeightedTrainer:
    return ImportanceWeightedTrainer(network, "bce", 0, samples)


def test_the_density_of_a_normal_distribution_integrates_to_one() -> None:
    latent = np.linspace(-8, 8, 2001, dtype=np.float32)[:, None]
    density = np.exp(to_numpy(log_normal(latent, 1.0, np.full_like(latent, -1.0))))
    assert density.sum() * 0.008 == pytest.approx(1, abs=1e-3)


def test_a_learned_prior_is_the_mixture_of_encoded_pseudo_inputs(digits: example_images.Examples) -> None:
    network = _network(pseudo_inputs=7)
    set_pseudo_inputs(network, digits.pictures[:7])
    prior = encode_prior(network)
    assert prior is not None
    np.testing.assert_allclose(prior.mean, encode(network, digits.pictures[:7]).mean, atol=1e-4)
    latents = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    in_training = to_numpy(_trainer(network, 2)._log_prior(latents))
    np.testing.assert_allclose(in_training, log_prior(latents, prior), rtol=1e-3)
    assert sample(network, 4).shape == (4, 28, 28, 1)
    assert encode_prior(_network()) is None


def test_pseudo_inputs_are_trained_and_scored(digits: example_images.Examples) -> None:
    network, pictures = _network(pseudo_inputs=5), digits.pictures[:100]
    set_pseudo_inputs(network, pictures[:5])
    trainer = _trainer(network, 2)
    trainer.compile(keras.optimizers.Adam(1e-2), run_eagerly=True)
    trainer.fit(pictures, pictures, batch_size=50, epochs=1, verbose=0)
    learned = network.get_layer("prior").get_weights()[0]
    assert np.abs(learned - pictures[:5].reshape(5, -1)).max() > 1e-3
    codec = Codec(lambda *given: encode(network, *given), lambda *given: decode(network, *given), encode_prior(network))
    likelihood = finish(importance_weighted_log_likelihood(codec, pictures[:3], 20))
    assert np.isfinite(likelihood).all()
    assert np.isfinite(
        list(score(codec, Dataset(to_uint8(pictures), digits.labels[:100], DIGITS), binary=True).values())
    ).all()
