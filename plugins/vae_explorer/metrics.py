"""Metrics of autoencoders: reconstruction error, evidence lower bound (ELBO), log-likelihood, k-NN accuracy."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from core.imaging import images
from core.imaging.images import Floats, Image
from core.progress import Progress, Steps
from core.training.datasets import Dataset
from core.training.evaluation import Scores

from .latents import Encoded, kl_by_dimension

NEIGHBORS = 10
ACTIVE_VARIANCE = 0.01  # of a dimension's mean over images, above which it is active (Burda et al. 2016)
SMALLEST_PROBABILITY = 1e-7  # keeps the logarithm of a probability of 0 finite


class Codec(NamedTuple):
    """A network as two functions: `encode(images, labels)` and `decode(latents, labels)`; see `model`."""

    encode: Callable[..., Encoded]
    decode: Callable[..., Image]
    prior: Encoded | None = None
    """The components of a learned prior; None for the standard normal one."""


def score(codec: Codec, test: Dataset, labels: tuple[int, ...] = (), binary: bool = False, seed: int = 0) -> Scores:
    """Return the scores of a network on test images.

    Args:
        codec: the network.
        test: the test images.
        labels: the class of each; for conditional networks only.
        binary: whether to binarize the images, for a network with a Bernoulli likelihood.
        seed: of the binarization and of the sampled latent vectors.

    Returns:
        `mse`, the mean squared error of a pixel through the mean latent vector. For a variational network also
        `squared_error_plus_kl`, the squared error summed over an image, through one sampled latent vector, plus the
        KL divergence in nats; that `kl_divergence`; and `active_units`. With `binary` also `negative_elbo` in nats.
    """
    random = np.random.default_rng(seed)
    pictures = images.from_uint8(test.pictures)
    pictures = binarize(pictures, random) if binary else pictures
    encoded = codec.encode(pictures, labels)
    scores: Scores = {"mse": mean_squared_error(pictures, codec.decode(encoded.mean, labels))}
    if not np.isfinite(encoded.log_variance).all():
        return scores
    latents = sample_latents(encoded, random)
    sampled = codec.decode(latents, labels)
    if codec.prior:  # no closed form: estimated from the sampled latent vectors
        kl = float((_log_normal(latents, *encoded) - log_prior(latents, codec.prior)).mean())
    else:
        kl = float(kl_divergence(encoded).mean())
    squared = mean_squared_error(pictures, sampled) * pictures[0].size
    active = float((encoded.mean.var(axis=0) > ACTIVE_VARIANCE).sum())
    scores |= {"squared_error_plus_kl": squared + kl, "kl_divergence": kl, "active_units": active}
    if binary:
        scores["negative_elbo"] = kl - float(bernoulli_log_likelihood(pictures, sampled).mean())
    return scores


def binarize(pictures: Image, random: np.random.Generator) -> Image:
    """Return images in which each pixel is 1 with a probability equal to its value, else 0 (Burda et al. 2016)."""
    return (random.random(pictures.shape, np.float32) < pictures).astype(np.float32)


def mean_squared_error(pictures: Image, others: Image) -> float:
    """Return the mean squared error over all values of two batches of images (n, h, w, c)."""
    return float(np.mean(np.square(pictures - others), dtype=np.float64))


def kl_divergence(encoded: Encoded) -> NDArray[np.float32]:
    """Return the KL divergence of each latent distribution from the standard normal one in nats, (n,)."""
    return np.asarray(kl_by_dimension(encoded).sum(axis=-1))


def sample_latents(encoded: Encoded, random: np.random.Generator) -> Floats:
    """Return one latent vector sampled from each latent distribution, (n, dimensions)."""
    noise = random.standard_normal(encoded.mean.shape, np.float32)
    return np.asarray(encoded.mean + np.exp(encoded.log_variance / 2) * noise, np.float32)


def bernoulli_log_likelihood(pictures: Image, probabilities: Image) -> NDArray[np.float32]:
    """Return the log-likelihood in nats of each binary image, given each pixel's probability of being 1, (n,)."""
    p = np.clip(probabilities, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    each = np.where(pictures > 0.5, np.log(p), np.log1p(-p))
    return np.asarray(each.reshape(len(each), -1).sum(axis=-1))


def importance_weighted_log_likelihood(
    codec: Codec, pictures: Image, samples: int = 500, seed: int = 0
) -> Steps[NDArray[np.float64]]:
    """Yield progress, then return a lower bound of the log-likelihood in nats of each binary image, (n,).

    It is the logarithm of the mean of `samples` importance weights (Burda et al. 2016, https://arxiv.org/abs/1509.00519,
    equation 8): the more samples, the tighter the bound.
    """
    random = np.random.default_rng(seed)
    result = np.empty(len(pictures))
    for i, picture in enumerate(pictures):
        posterior = Encoded(*(part.repeat(samples, 0) for part in codec.encode(picture[None])))
        latents = sample_latents(posterior, random)
        log_ratio = log_prior(latents, codec.prior) - _log_normal(latents, *posterior)
        log_weights = bernoulli_log_likelihood(picture[None], codec.decode(latents)) + log_ratio
        result[i] = np.logaddexp.reduce(log_weights.astype(np.float64)) - np.log(samples)
        yield Progress(i + 1, len(pictures))
    return result


def log_prior(latents: Floats, prior: Encoded | None) -> NDArray[np.float32]:
    """Return the log-density of each latent vector under the standard normal distribution, or under a mixture, (n,)."""
    if prior is None:
        return _log_normal(latents, np.zeros(1), np.zeros(1))
    each = _log_normal(latents[:, None], *prior).astype(np.float64)
    return np.asarray(np.logaddexp.reduce(each, axis=1) - np.log(len(prior.mean)), np.float32)


def knn_accuracy(latents: Floats, labels: NDArray[np.int64], neighbors: int = NEIGHBORS) -> float:
    """Return the leave-one-out accuracy, 0 to 1, of a k-nearest-neighbor classifier of latent vectors.

    Args:
        latents: the latent vectors, (n, dimensions).
        labels: the class index of each, (n,).
        neighbors: k.
    """
    _, found = cKDTree(latents).query(latents, neighbors + 1, workers=-1)
    is_itself = found == np.arange(len(latents))[:, None]
    others = np.argsort(is_itself, axis=1, kind="stable")[:, :neighbors]  # among equal vectors, itself may be missing
    nearest = labels[np.take_along_axis(found, others, axis=1)]
    votes = np.stack([(nearest == label).sum(axis=1) for label in range(labels.max() + 1)], axis=1)
    return float((votes.argmax(axis=1) == labels).mean())


def _log_normal(latents: Floats, mean: NDArray[np.floating], log_variance: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the log-density of each latent vector under a diagonal normal distribution, (n,)."""
    each = -((latents - mean) ** 2 * np.exp(-log_variance) + log_variance + np.log(2 * np.pi)) / 2
    return np.asarray(each.sum(axis=-1))
