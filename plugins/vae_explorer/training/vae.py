"""What autoencoders are trained by: the evidence lower bound, with codes drawn so that gradients pass.

Kingma and Welling 2014, https://arxiv.org/abs/1312.6114; of a plain autoencoder only the first part is left.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from ..model import dimensions_of
from ..recipes import Loss

STEPS = 2**16  # more than an epoch has


class Variational(keras.Model):  # type: ignore[misc]
    """The training of an autoencoder: a code is drawn, decoded, and both terms of the loss are summed up.

    The loss is the evidence lower bound's negative, in nats where the error is Bernoulli's, divided by the number of
    values in a picture. A plain autoencoder has no variance, and no divergence.
    """

    def __init__(self, network: keras.Model, loss: Loss, seed: int) -> None:
        super().__init__()
        self.network, self.reconstruction = network, loss
        self.encoder, self.decoder = network.get_layer("encoder"), network.get_layer("decoder")
        self.dimensions = dimensions_of(network)
        self.noise = keras.random.SeedGenerator(seed)
        self.beta = self.add_weight(name="beta", initializer="ones", trainable=False)
        self.trackers = [keras.metrics.Mean(name=name) for name in ("reconstruction", "divergence")]
        self.built = True  # its networks are: a resumed run fills them before it trains

    def call(self, inputs: Any) -> Any:
        """Return the picture drawn from one code, with the code's mean and the log of its variance behind it."""
        label = inputs[1:] if isinstance(inputs, (list, tuple)) else ()
        encoded = self.encoder(inputs)
        mean, log_variance = encoded[:, : self.dimensions], encoded[:, self.dimensions :]
        code = draw_codes(mean, log_variance, self.noise) if log_variance.shape[1] else mean
        return self.decoder([code, *label] if label else code), mean, log_variance

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, *_: Any, **__: Any) -> Any:
        """Return the loss, a number for the batch."""
        picture, mean, log_variance = y_pred
        reconstruction = ops.mean(error(y, picture, self.reconstruction))
        kl = ops.mean(divergence(mean, log_variance)) if log_variance.shape[1] else ops.zeros(())
        for tracker, value in zip(self.trackers, (reconstruction, kl), strict=True):
            tracker.update_state(value)
        return (reconstruction + self.beta * kl) / float(np.prod(picture.shape[1:]))


def draw_codes(mean: Any, log_variance: Any, seed: Any) -> Any:
    """Return codes drawn from normal distributions: the noise apart, so that gradients reach mean and variance."""
    return mean + ops.exp(log_variance / 2) * keras.random.normal(ops.shape(mean), seed=seed)


def divergence(mean: Any, log_variance: Any) -> Any:
    """Return the Kullback-Leibler divergence from the standard normal distribution in nats, (n,).

    `log_variance` is the logarithm of the variance, the standard deviation's square: the deviation is its half's
    exponential. (Kingma and Welling 2014, appendix B.)
    """
    return ops.sum(ops.square(mean) + ops.exp(log_variance) - log_variance - 1, axis=-1) / 2


def error(wanted: Any, picture: Any, kind: Loss) -> Any:
    """Return how far each `picture` is from the one that is `wanted`, summed over its values, (n,)."""
    each = {
        "mse": lambda: ops.square(wanted - picture),
        "mae": lambda: ops.abs(wanted - picture),
        "bce": lambda: ops.binary_crossentropy(wanted, picture),
    }[kind]()
    return ops.sum(ops.reshape(each, (ops.shape(each)[0], -1)), axis=-1)


class Schedule(keras.callbacks.Callback):  # type: ignore[misc]
    """Sets, at the beginning of each epoch, what the divergence weighs, and where the noise is drawn from.

    It weighs little at first, or codes collapse before they say anything (Bowman et al. 2016). Each epoch has noise
    of its own, so that a resumed run draws what it would have drawn.
    """

    def __init__(self, beta: float, warm_up: int, seed: int) -> None:
        super().__init__()
        self.beta, self.warm_up, self.seed = beta, warm_up, seed

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Set both."""
        self.model.beta.assign(self.beta * min(1.0, (epoch + 1) / (self.warm_up + 1)))
        self.model.noise.state.assign(np.array([self.seed, epoch * STEPS], np.uint32))
