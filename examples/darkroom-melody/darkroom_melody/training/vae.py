"""Training of a VAE: cross-entropy of the tokens plus weighted KL divergence.

Kingma and Welling 2014, https://arxiv.org/abs/1312.6114. With a weight below 1 (beta-VAE, Higgins et al. 2017) the
latent vector holds more of the melody, as in MusicVAE, which uses 0.2.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from ..network import latent_dimensions


class VAETrainer(keras.Model):  # type: ignore[misc]
    """Trains the encoder and decoder of a network. The loss is in nats per melody, with the KL divergence weighted.

    Args:
        network: from `build_vae`.
        beta: the weight of the KL divergence, once it has warmed up.
        seed: of the noise with which latent vectors are sampled.
    """

    def __init__(self, network: keras.Model, beta: float, seed: int) -> None:
        super().__init__()
        self.network, self.final_beta = network, beta
        self.encoder, self.decoder = network.get_layer("encoder"), network.get_layer("decoder")
        self.dimensions = latent_dimensions(network)
        self.noise = keras.random.SeedGenerator(seed)
        self.beta = self.add_weight(name="beta", initializer="zeros", trainable=False)
        self.trackers = [keras.metrics.Mean(name=name) for name in ("cross_entropy", "kl_divergence", "accuracy")]
        self.built = True  # both networks are built; a resumed run loads their weights before the first batch

    def call(self, tokens: Any) -> Any:
        """Return the logits (n, 32, tokens) for one sampled latent vector each, their means and log variances."""
        encoded = self.encoder(tokens)
        mean, log_variance = encoded[:, : self.dimensions], encoded[:, self.dimensions :]
        noise = keras.random.normal(ops.shape(mean), seed=self.noise)
        return self.decoder(mean + ops.exp(log_variance / 2) * noise), mean, log_variance

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, *_: Any, **__: Any) -> Any:
        """Return the loss of the batch, a scalar, and track its terms."""
        logits, mean, log_variance = y_pred
        each = keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True)
        error, divergence = ops.mean(ops.sum(each, axis=-1)), ops.mean(kl_divergence(mean, log_variance))
        is_right = ops.cast(ops.equal(ops.argmax(logits, axis=-1), ops.cast(y, "int64")), "float32")
        for tracker, value in zip(self.trackers, (error, divergence, ops.mean(is_right)), strict=True):
            tracker.update_state(value)
        return error + self.beta * divergence


def kl_divergence(mean: Any, log_variance: Any) -> Any:
    """Return the KL divergence from the standard normal distribution in nats, (n,).

    Kingma and Welling 2014, appendix B. Both arguments are (n, dimensions).
    """
    return ops.sum(ops.square(mean) + ops.exp(log_variance) - log_variance - 1, axis=-1) / 2


class KLWarmup(keras.callbacks.Callback):  # type: ignore[misc]
    """Raises the weight of the KL divergence linearly over the first epochs: else dimensions collapse unused.

    Args:
        epochs: after how many the weight is the final one.
    """

    def __init__(self, epochs: int) -> None:
        super().__init__()
        self.epochs = epochs

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Set the weight of the epoch."""
        self.model.beta.assign(self.model.final_beta * min(1.0, (epoch + 1) / self.epochs))
