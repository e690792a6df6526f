"""The losses: equal to those of the papers, and what they penalize."""

from __future__ import annotations

import numpy as np
import pytest

from plugins.gan_generator.adversarial import losses


def test_the_losses_are_those_of_the_papers() -> None:
    real, fake = (np.random.default_rng(i).normal(0, 2, (50, 1)).astype(np.float32) for i in range(2))
    sigmoid = lambda x: 1 / (1 + np.exp(-x))  # noqa: E731
    expected = {
        "bce": (-(np.log(sigmoid(real)) + np.log(1 - sigmoid(fake))), -np.log(sigmoid(fake))),
        "hinge": (np.maximum(0, 1 - real) + np.maximum(0, 1 + fake), -fake),
        "relativistic": (-np.log(sigmoid(real - fake)), -np.log(sigmoid(fake - real))),
    }
    for kind, (of_discriminator, of_generator) in expected.items():
        np.testing.assert_allclose(losses.discriminator_loss(kind, real, fake), of_discriminator.mean(), rtol=1e-4)
        np.testing.assert_allclose(losses.generator_loss(kind, real, fake), of_generator.mean(), rtol=1e-4)
    smoothed = -(0.9 * np.log(sigmoid(real)) + 0.1 * np.log(1 - sigmoid(real)) + np.log(1 - sigmoid(fake)))
    np.testing.assert_allclose(losses.discriminator_loss("bce", real, fake, 0.1), smoothed.mean(), rtol=1e-4)


def test_the_gradient_penalty_estimates_the_squared_gradient_norm() -> None:
    random = np.random.default_rng(0)
    gradient = random.normal(0, 1, 20)
    images = random.random((50_000, 20))
    perturbed = images + random.normal(0, 0.02, images.shape)
    found = losses.gradient_penalty((images @ gradient)[:, None], (perturbed @ gradient)[:, None], 0.02)
    assert float(found) == pytest.approx(np.square(gradient).sum(), rel=0.03)


def test_mode_seeking_penalizes_the_same_image_from_different_latent_vectors() -> None:
    random = np.random.default_rng(0)
    latents, labels = random.normal(0, 1, (8, 4)).astype(np.float32), np.eye(2, dtype=np.float32)[[0, 1] * 4]
    different, one_a_class = (
        random.random((8, 6, 6, 1), np.float32),
        random.random((2, 6, 6, 1), np.float32)[[0, 1] * 4],
    )
    varied, collapsed = (float(losses.mode_seeking(each, latents, labels)) for each in (different, one_a_class))
    assert collapsed > 50 * varied
    assert float(losses.mode_seeking(one_a_class, latents)) < 0.05 * collapsed  # without classes, two images differ
