"""Training of autoencoders: evidence lower bound (ELBO), reparameterization, KL warm-up.

Kingma and Welling 2014, https://arxiv.org/abs/1312.6114. The loss of an autoencoder that is not variational is the
reconstruction error alone.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from ..networks.decoder import latent_dimensions
from .recipes import Loss

SMALLEST_SCALE = 1e-3  # of a likelihood: a quarter of the step between two values of 8 bits


class VAETrainer(keras.Model):  # type: ignore[misc]
    """Trains the encoder and decoder of a network on reconstruction error plus weighted KL divergence.

    The loss is divided by the number of values in an image; multiplied by it, and with `bce` and a weight of 1, it is
    the negative ELBO in nats. A network that is not variational has no KL divergence.

    Args:
        network: from `build_autoencoder`.
        loss: the reconstruction error.
        seed: of the noise with which latent vectors are sampled.
    """

    def __init__(self, network: keras.Model, loss: Loss, seed: int) -> None:
        super().__init__()
        self.network, self.error = network, loss
        self.encoder, self.decoder = network.get_layer("encoder"), network.get_layer("decoder")
        self.dimensions = latent_dimensions(network)
        self.noise = keras.random.SeedGenerator(seed)
        self.beta = self.add_weight(name="beta", initializer="ones", trainable=False)
        self.trackers = [keras.metrics.Mean(name=name) for name in ("reconstruction_error", "kl_divergence")]
        self.built = True  # both networks are built; a resumed run loads their weights before the first batch

    def call(self, inputs: Any) -> Any:
        """Return images (n, h, w, c) decoded from one sampled latent vector each, their means and log variances."""
        label = inputs[1:] if isinstance(inputs, (list, tuple)) else ()
        encoded = self.encoder(inputs)
        mean, log_variance = encoded[:, : self.dimensions], encoded[:, self.dimensions :]
        latent = reparameterize(mean, log_variance, self.noise) if log_variance.shape[1] else mean
        return self.decoder([latent, *label] if label else latent), mean, log_variance

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, *_: Any, **__: Any) -> Any:
        """Return the loss of the batch, a scalar, and track both of its terms."""
        image, mean, log_variance = y_pred
        error = ops.mean(reconstruction_error(y, image, self.error))
        kl = ops.mean(kl_divergence(mean, log_variance)) if log_variance.shape[1] else ops.zeros(())
        for tracker, value in zip(self.trackers, (error, kl), strict=True):
            tracker.update_state(value)
        return (error + self.beta * kl) / float(np.prod(image.shape[1:]))


def reparameterize(mean: Any, log_variance: Any, seed: Any) -> Any:
    """Return latent vectors (n, dimensions) sampled from normal distributions, differentiable in both parameters.

    Args:
        mean: of each distribution, (n, dimensions).
        log_variance: its log variance, (n, dimensions).
        seed: a `keras.random.SeedGenerator`.
    """
    return mean + ops.exp(log_variance / 2) * keras.random.normal(ops.shape(mean), seed=seed)


def kl_divergence(mean: Any, log_variance: Any) -> Any:
    """Return the KL divergence from the standard normal distribution in nats, (n,).

    Kingma and Welling 2014, appendix B. Both arguments are (n, dimensions); the standard deviation is
    exp(`log_variance` / 2).
    """
    return ops.sum(ops.square(mean) + ops.exp(log_variance) - log_variance - 1, axis=-1) / 2


def reconstruction_error(target: Any, image: Any, kind: Loss) -> Any:
    """Return the error of each image, summed over its values, (n,).

    Args:
        target: original images, (n, h, w, c) in 0 to 1.
        image: their reconstructions, (n, h, w, c) in 0 to 1.
        kind: squared ("mse") or absolute ("mae") error, or binary cross-entropy ("bce"); or the negative log-likelihood
            of a distribution around the reconstruction whose scale fits the batch best, "gaussian" or "laplace".
    """
    each = {
        "mse": lambda: ops.square(target - image),
        "mae": lambda: ops.abs(target - image),
        "bce": lambda: ops.binary_crossentropy(target, image),
        "gaussian": lambda: gaussian_nll(target - image),
        "laplace": lambda: laplace_nll(target - image),
    }[kind]()
    return ops.sum(ops.reshape(each, (ops.shape(each)[0], -1)), axis=-1)


def gaussian_nll(error: Any) -> Any:
    """Return the negative log-likelihood of each error under a normal distribution, in nats, of the shape of `error`.

    Its variance is the mean squared error, which is the one of the highest likelihood: that of the loss then needs no
    tuning (sigma-VAE, Rybkin et al. 2021, https://arxiv.org/abs/2006.13202).
    """
    squared = ops.square(error)
    variance = ops.maximum(ops.mean(squared), SMALLEST_SCALE**2)
    return (squared / variance + ops.log(2 * np.pi * variance)) / 2


def laplace_nll(error: Any) -> Any:
    """Return the negative log-likelihood of each error under a Laplace distribution, in nats: see `gaussian_nll`.

    Its median, not its mean, is the best reconstruction: edges stay sharper.
    """
    absolute = ops.abs(error)
    scale = ops.maximum(ops.mean(absolute), SMALLEST_SCALE)
    return absolute / scale + ops.log(2 * scale)


class KLWarmup(keras.callbacks.Callback):  # type: ignore[misc]
    """Raises the weight of the KL divergence linearly to `beta` over the first epochs.

    With the full weight from the start, latent dimensions collapse before they encode anything (Bowman et al. 2016,
    https://arxiv.org/abs/1511.06349).

    Args:
        beta: the final weight.
        epochs: epochs with a lower weight.
    """

    def __init__(self, beta: float, epochs: int) -> None:
        super().__init__()
        self.beta, self.epochs = beta, epochs

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Set the weight of the epoch."""
        self.model.beta.assign(self.beta * min(1.0, (epoch + 1) / (self.epochs + 1)))
