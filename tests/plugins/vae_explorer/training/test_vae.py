"""The VAE's loss, its two terms, and the warm-up of one of them."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from plugins.vae_explorer import example_images
from plugins.vae_explorer.model import build_autoencoder
from plugins.vae_explorer.training import vae
from tests.plugins.vae_explorer.conftest import KnownDivergence

to_numpy = keras.ops.convert_to_numpy


def test_the_kl_divergence_agrees_with_monte_carlo(known_divergence: KnownDivergence) -> None:
    mean, log_variance, estimate = known_divergence
    np.testing.assert_allclose(to_numpy(vae.kl_divergence(mean, log_variance)), estimate, rtol=0.02)


def test_latent_vectors_are_sampled_with_the_deviation_of_the_kl_divergence() -> None:
    mean, log_variance = np.full((100_000, 1), 3, np.float32), np.full((100_000, 1), np.log(4), np.float32)
    sampled = to_numpy(vae.reparameterize(mean, log_variance, keras.random.SeedGenerator(0)))
    assert (sampled.mean(), sampled.std()) == pytest.approx((3, 2), abs=0.03)


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ("mse", 4 * 0.25),
        ("mae", 4 * 0.5),
        ("bce", 4 * np.log(2)),
        ("gaussian", 4 * (1 + np.log(2 * np.pi * 0.25)) / 2),
        ("laplace", 4),
    ],
)
def test_errors_are_summed_over_an_image(loss: Any, expected: float) -> None:
    target, image = np.ones((2, 2, 2, 1), np.float32), np.full((2, 2, 2, 1), 0.5, np.float32)
    np.testing.assert_allclose(to_numpy(vae.reconstruction_error(target, image, loss)), expected, rtol=1e-4)


@pytest.mark.usefixtures("eagerly")
def test_both_terms_of_the_loss_are_tracked(digits: example_images.Examples) -> None:
    keras.utils.set_random_seed(0)
    trainer = vae.VAETrainer(build_autoencoder(variational=True, width=4, hidden=(8,)), "mse", 0)
    trainer.compile("adam")
    logs = trainer.fit(digits.pictures, digits.pictures, batch_size=250, epochs=3, verbose=0).history
    assert logs["reconstruction_error"][-1] < logs["reconstruction_error"][0]
    total = (np.array(logs["reconstruction_error"]) + np.array(logs["kl_divergence"])) / 784
    np.testing.assert_allclose(logs["loss"], total, rtol=0.01)


@pytest.mark.usefixtures("eagerly")
def test_the_kl_weight_warms_up(digits: example_images.Examples) -> None:
    trainer = vae.VAETrainer(build_autoencoder(variational=True, width=4, hidden=(8,)), "mse", 0)
    trainer.compile("adam")
    weights = []
    watch = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: weights.append(float(to_numpy(trainer.beta.value))))
    few = digits.pictures[:64]
    trainer.fit(few, few, epochs=4, verbose=0, callbacks=[vae.KLWarmup(0.5, 2), watch])
    assert weights == pytest.approx([0.5 / 3, 1 / 3, 0.5, 0.5])
