"""Training of adversarial autoencoders: a discriminator shapes the latent vectors to a prior that can be chosen.

Makhzani et al. 2015, https://arxiv.org/abs/1511.05644. Where they update autoencoder, discriminator and encoder one
after the other, here one step does all: the discriminator and the adversarial loss of the encoder do not get each
other's gradients.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from .recipes import Loss
from .vae import VAETrainer, reconstruction_error

UNITS = 256  # of each hidden layer of the discriminator
ADVERSARIAL_WEIGHT = 8.0  # of the encoder's adversarial loss, beside an error that is summed over an image
METRICS = ("reconstruction_error", "kl_divergence", "discriminator_loss", "discriminator_accuracy")


class AAETrainer(VAETrainer):
    """Trains an autoencoder such that a discriminator cannot tell its latent vectors from those of a prior.

    A batch holds images and as many latent vectors of the prior. The KL divergence, which this loss has not, is 0.

    Args:
        network: from `build_autoencoder`, not variational.
        loss: the reconstruction error.
        seed: see `VAETrainer`.
    """

    def __init__(self, network: keras.Model, loss: Loss, seed: int) -> None:
        super().__init__(network, loss, seed)
        self.discriminator = build_discriminator(self.dimensions)
        self.trackers = [keras.metrics.Mean(name=name) for name in METRICS]

    def call(self, inputs: Any) -> Any:
        """Return the reconstructions of the images (n, h, w, c), and their latent vectors."""
        latent = self.encoder(inputs[0])
        return self.decoder(latent), latent

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, *_: Any, **__: Any) -> Any:
        """Return the sum of the three losses of the batch, a scalar, and track them."""
        (image, latent), prior = y_pred, x[1]
        error = ops.mean(reconstruction_error(y, image, self.error))
        of_prior, of_images = self.discriminator(prior), self.discriminator(ops.stop_gradient(latent))
        discriminator_loss = ops.mean(ops.softplus(-of_prior)) + ops.mean(ops.softplus(of_images))
        encoder_loss = ops.mean(ops.softplus(-self._frozen_discriminator(latent)))
        accuracy = (ops.mean(ops.cast(of_prior > 0, "float32")) + ops.mean(ops.cast(of_images <= 0, "float32"))) / 2
        for tracker, value in zip(self.trackers, (error, ops.zeros(()), discriminator_loss, accuracy), strict=True):
            tracker.update_state(value)
        values = y.shape[1] * y.shape[2] * y.shape[3]
        return (error + ADVERSARIAL_WEIGHT * encoder_loss) / values + discriminator_loss

    def _frozen_discriminator(self, latent: Any) -> Any:
        """Return the logits of latent vectors such that only the encoder gets a gradient."""
        weights = [ops.stop_gradient(each.value) for each in self.discriminator.trainable_variables]
        others = [each.value for each in self.discriminator.non_trainable_variables]
        return self.discriminator.stateless_call(weights, others, latent)[0]


def build_discriminator(dimensions: int) -> keras.Model:
    """Return a network from latent vectors (n, dimensions) to logits (n, 1): higher, the more likely of the prior."""
    latent = keras.Input((dimensions,), name="latent")
    x = latent
    for i in range(2):
        x = layers.Dense(UNITS, name=f"discriminator_dense{i}")(x)
        x = layers.LeakyReLU(0.2, name=f"discriminator_act{i}")(x)
    return keras.Model(latent, layers.Dense(1, dtype="float32", name="discriminator_logit")(x), name="discriminator")
