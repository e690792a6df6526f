"""Training of adversarial autoencoders."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from plugins.vae_explorer import example_images
from plugins.vae_explorer.model import build_autoencoder
from plugins.vae_explorer.training.adversarial import AAETrainer
from plugins.vae_explorer.training.priors import sample_prior


def _fit(trainer: AAETrainer, digits: example_images.Examples, player: str) -> dict[str, Any]:
    """Train only the "encoder" (and decoder) or only the "discriminator", and return what is tracked."""
    trainer.network.trainable, trainer.discriminator.trainable = player == "encoder", player == "discriminator"
    trainer.compile(keras.optimizers.Adam(1e-2))
    prior = sample_prior("gaussian", len(digits.pictures), 2, np.random.default_rng(0))
    logs = trainer.fit([digits.pictures, prior], digits.pictures, batch_size=100, epochs=4, verbose=0).history
    return {name: (values[0], values[-1]) for name, values in logs.items()}


def test_the_discriminator_learns_to_tell_latent_vectors_from_the_prior_and_the_encoder_to_deceive_it(
    digits: example_images.Examples,
) -> None:
    keras.utils.set_random_seed(0)
    trainer = AAETrainer(build_autoencoder(width=4, hidden=(8,)), "mse", 0)
    before, by_discriminator = trainer.network.get_weights(), _fit(trainer, digits, "discriminator")
    assert by_discriminator["discriminator_accuracy"][1] > 0.9
    assert by_discriminator["discriminator_loss"][1] < 0.6 < by_discriminator["discriminator_loss"][0]
    assert all(map(np.array_equal, before, trainer.network.get_weights()))
    before, by_encoder = trainer.discriminator.get_weights(), _fit(trainer, digits, "encoder")
    assert by_encoder["discriminator_accuracy"][1] < 0.75
    assert by_encoder["reconstruction_error"][1] < by_encoder["reconstruction_error"][0]
    assert all(map(np.array_equal, before, trainer.discriminator.get_weights()))
