"""How good an autoencoder is: its error, the evidence lower bound, the likelihood, what its codes tell of classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.imaging import images
from core.imaging.images import Floats, Image
from core.progress import Progress, Steps
from core.training.datasets import Dataset
from core.training.evaluation import Scores

from .latents import Encoded, divergence_by_dimension

NEIGHBOURS = 10
ACTIVE = 0.01  # variance of a dimension's mean over the pictures, above which it is of use (Burda et al. 2016)
SMALLEST = 1e-7  # probability: a pixel that is certain, and wrong, must not cost infinitely much


def binarise(pictures: Image, random: np.random.Generator) -> Image:
    """Return each pixel black or white, white with the probability that it is bright (Burda et al. 2016)."""
    return (random.random(pictures.shape, np.float32) < pictures).astype(np.float32)


class Coder(NamedTuple):
    """The two verbs of a network, which one it is being settled: from pictures and labels to codes, and back."""

    encode: Callable[..., Encoded]
    decode: Callable[..., Image]


def score(coder: Coder, test: Dataset, labels: tuple[int, ...] = (), binary: bool = False, seed: int = 0) -> Scores:
    """Return `mse` through the codes' means; for a variational network also the lessons' loss and what it is made of.

    `labels` are those of a conditional network's pictures.

    That loss is the squared error summed over a picture, through one drawn code, plus the Kullback-Leibler divergence
    in nats. For a `binary` network also the evidence lower bound's negative in nats, on pictures binarised by `seed`.
    """
    random = np.random.default_rng(seed)
    pictures = images.from_uint8(test.pictures)
    pictures = binarise(pictures, random) if binary else pictures
    encoded = coder.encode(pictures, labels)
    scores: Scores = {"mse": mean_square(pictures, coder.decode(encoded.mean, labels))}
    if not np.isfinite(encoded.log_variance).all():
        return scores
    drawn = coder.decode(draw(encoded, random), labels)
    kl = float(divergence(encoded).mean())
    squared = mean_square(pictures, drawn) * pictures[0].size
    active = float((encoded.mean.var(axis=0) > ACTIVE).sum())
    scores |= {"squared_error_plus_divergence": squared + kl, "divergence": kl, "active_units": active}
    if binary:
        scores["negative_elbo"] = kl - float(log_bernoulli(pictures, drawn).mean())
    return scores


def divergence(encoded: Encoded) -> NDArray[np.float32]:
    """Return the Kullback-Leibler divergence of each code from the standard normal distribution in nats, (n,)."""
    return np.asarray(divergence_by_dimension(encoded).sum(axis=-1))


def draw(encoded: Encoded, random: np.random.Generator) -> Floats:
    """Return one code drawn for each picture."""
    noise = random.standard_normal(encoded.mean.shape, np.float32)
    return np.asarray(encoded.mean + np.exp(encoded.log_variance / 2) * noise, np.float32)


def log_bernoulli(pictures: Image, probabilities: Image) -> NDArray[np.float32]:
    """Return the log-likelihood in nats of each black-and-white picture, (n,)."""
    p = np.clip(probabilities, SMALLEST, 1 - SMALLEST)
    each = np.where(pictures > 0.5, np.log(p), np.log1p(-p))
    return np.asarray(each.reshape(len(each), -1).sum(axis=-1))


def importance_weighted(coder: Coder, pictures: Image, samples: int = 500, seed: int = 0) -> Steps[NDArray[np.float64]]:
    """Yield progress, then return each black-and-white picture's log-likelihood in nats, (n,), a lower bound of it.

    It is the logarithm of the mean of `samples` importance weights (Burda et al. 2016, https://arxiv.org/abs/1509.00519,
    equation 8); the more samples, the tighter.
    """
    random = np.random.default_rng(seed)
    result = np.empty(len(pictures))
    for i, picture in enumerate(pictures):
        one = coder.encode(picture[None])
        many = Encoded(*(part.repeat(samples, 0) for part in one))
        codes = draw(many, random)
        prior, posterior = _log_normal(codes, np.zeros(1), np.zeros(1)), _log_normal(codes, *many)
        weights = log_bernoulli(picture[None], coder.decode(codes)) + prior - posterior
        result[i] = np.logaddexp.reduce(weights.astype(np.float64)) - np.log(samples)
        yield Progress(i + 1, len(pictures))
    return result


def knn_accuracy(codes: Floats, labels: NDArray[np.int64], neighbours: int = NEIGHBOURS) -> float:
    """Return how often most of a code's nearest `neighbours` among all the others are of its own class."""
    right = 0
    for start in range(0, len(codes), 500):
        part = codes[start : start + 500]
        distances = np.square(part[:, None] - codes[None]).sum(axis=-1)
        distances[np.arange(len(part)), start + np.arange(len(part))] = np.inf
        nearest = labels[np.argpartition(distances, neighbours, axis=1)[:, :neighbours]]
        votes = np.stack([(nearest == label).sum(axis=1) for label in range(labels.max() + 1)], axis=1)
        right += int((votes.argmax(axis=1) == labels[start : start + 500]).sum())
    return right / len(codes)


def _log_normal(codes: Floats, mean: NDArray[np.floating], log_variance: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the log-density of each code, (n,)."""
    each = -((codes - mean) ** 2 * np.exp(-log_variance) + log_variance + np.log(2 * np.pi)) / 2
    return np.asarray(each.sum(axis=-1))


def mean_square(pictures: Image, others: Image) -> float:
    """Return the mean squared error of a pixel."""
    return float(np.mean(np.square(pictures - others), dtype=np.float64))
