"""Training of VAEs on the importance-weighted bound, and with a prior that is learned (VampPrior).

With k latent vectors for each image the bound is log 1/k · Σ p(x, z) / q(z | x), which is tighter the larger k is
(Burda et al. 2016, https://arxiv.org/abs/1509.00519). The VampPrior is the mixture of what the encoder returns for
some images, which are learned (Tomczak and Welling 2018, https://arxiv.org/abs/1705.07120).
"""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from ..networks.prior import pseudo_inputs
from .recipes import Loss
from .vae import VAETrainer, reconstruction_error, reparameterize


class ImportanceWeightedTrainer(VAETrainer):
    """Trains a VAE on the importance-weighted bound; with one sample it is the evidence lower bound (ELBO).

    `kl_divergence` is estimated from the sampled latent vectors, as that from a mixture has no closed form.

    Args:
        network: from `build_autoencoder`; with `pseudo_inputs` its prior is learned.
        loss: the reconstruction error, which is taken for the negative log-likelihood.
        seed: see `VAETrainer`.
        samples: latent vectors for each image.
    """

    def __init__(self, network: keras.Model, loss: Loss, seed: int, samples: int) -> None:
        super().__init__(network, loss, seed)
        self.samples = samples

    def call(self, inputs: Any) -> Any:
        """Return images decoded from all latent vectors (n · samples, …), these, and means and log variances."""
        encoded = ops.repeat(self.encoder(inputs), self.samples, axis=0)
        mean, log_variance = encoded[:, : self.dimensions], encoded[:, self.dimensions :]
        latent = reparameterize(mean, log_variance, self.noise)
        return self.decoder(latent), latent, mean, log_variance

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, *_: Any, **__: Any) -> Any:
        """Return the negative bound of the batch, a scalar, and track both of its terms."""
        image, latent, mean, log_variance = y_pred
        error = reconstruction_error(ops.repeat(y, self.samples, axis=0), image, self.error)
        kl = log_normal(latent, mean, log_variance) - self._log_prior(latent)
        for tracker, value in zip(self.trackers, (error, kl), strict=True):
            tracker.update_state(ops.mean(value))
        log_weights = ops.reshape(-error - self.beta * kl, (-1, self.samples))
        bound = ops.logsumexp(log_weights, axis=1) - math.log(self.samples)
        return -ops.mean(bound) / math.prod(image.shape[1:])

    def _log_prior(self, latent: Any) -> Any:
        """Return the log-density of each latent vector under the prior, (n,)."""
        learned = pseudo_inputs(self.network)
        if learned is None:
            return log_normal(latent, 0.0, ops.zeros_like(latent))
        encoded = self.encoder(learned)[None]
        mean, log_variance = encoded[..., : self.dimensions], encoded[..., self.dimensions :]
        return ops.logsumexp(log_normal(latent[:, None], mean, log_variance), axis=1) - math.log(encoded.shape[1])


def log_normal(latent: Any, mean: Any, log_variance: Any) -> Any:
    """Return the log-density of latent vectors (…, dimensions) under diagonal normal distributions, (…)."""
    each = ops.square(latent - mean) * ops.exp(-log_variance) + log_variance + math.log(2 * math.pi)
    return -ops.sum(each, axis=-1) / 2
