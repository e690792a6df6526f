"""How good drawn pictures are, measured where a classifier sees them: quality, variety, and whether they are copies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.imaging.images import Floats, Image

NEIGHBOURS = 3  # as in the paper on precision and recall
COPY = 0.25  # of a picture's own deviation: what is nearer than that to another is a copy of it
ROWS = 500  # of a matrix of distances at once
COVERED = 0.1  # of the share that a mode has of real pictures


class Moments(NamedTuple):
    """The mean (d,) and the covariance (d, d) of features."""

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]


def moments(features: Floats) -> Moments:
    """Return the mean and the covariance of features (n, d)."""
    wide = features.astype(np.float64)
    return Moments(wide.mean(axis=0), np.cov(wide, rowvar=False))


def frechet(real: Moments, fake: Moments) -> float:
    """Return the squared Fréchet distance between the features of real and of drawn pictures: 0 where they agree.

    Of the two normal distributions with these moments (Heusel et al. 2017, https://arxiv.org/abs/1706.08500); the
    trace of the root is the sum of the roots of eigenvalues.
    """
    root = _root(real.covariance)
    eigenvalues = np.linalg.eigvalsh(root @ fake.covariance @ root).clip(0)
    apart = np.square(real.mean - fake.mean).sum()
    return float(apart + np.trace(real.covariance + fake.covariance) - 2 * np.sqrt(eigenvalues).sum())


def _root(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray((vectors * np.sqrt(values.clip(0))) @ vectors.T)


def precision_and_recall(real: Floats, fake: Floats) -> tuple[float, float]:
    """Return the share of drawn pictures that lie among real ones, and of real ones among drawn ones.

    A picture lies among others where it is nearer to one of them than that one's third-nearest neighbour is
    (Kynkäänniemi et al. 2019, https://arxiv.org/abs/1904.06991).
    """
    return _share_among(fake, real), _share_among(real, fake)


def _share_among(asked: Floats, others: Floats) -> float:
    reach = np.concatenate(
        [np.partition(rows, NEIGHBOURS, axis=1)[:, NEIGHBOURS] for rows in _distances(others, others)]
    )  # the nearest is a picture itself
    return float(np.concatenate([(rows <= reach).any(axis=1) for rows in _distances(asked, others)]).mean())


def modes(real: Floats, fake: Floats, centres: Floats) -> int:
    """Return at how many of `centres` (m, d) there are drawn pictures: a tenth of real pictures' share, or more.

    (Richardson and Weiss 2018, https://arxiv.org/abs/1805.12462, count those whose shares differ.)
    """
    wanted, found = (
        np.bincount(nearest(each, centres)[0], minlength=len(centres)) / len(each) for each in (real, fake)
    )
    return int((found > COVERED * wanted).sum())


def nearest(asked: Floats, others: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Return which of `others` (m, …) is nearest to each of `asked` (n, …), and the root of the mean square between."""
    flat, known = asked.reshape(len(asked), -1), others.reshape(len(others), -1)
    parts = [(rows.argmin(axis=1), rows.min(axis=1)) for rows in _distances(flat, known)]
    which, squared = (np.concatenate(part) for part in zip(*parts, strict=True))
    return which, np.sqrt(squared.clip(0) / flat.shape[1])


def nearest_mirrored(pictures: Image, known: Image) -> tuple[NDArray[np.int64], Floats]:
    """Return what `nearest` does, of pictures that may face either way."""
    (which, distance), (turned, other) = nearest(pictures, known), nearest(pictures[:, :, ::-1], known)
    return np.where(other < distance, turned, which), np.minimum(distance, other)


def are_copies(pictures: Image, distances: Floats) -> NDArray[np.bool_]:
    """Return which of `pictures` (n, h, w, c) are nearer to another than a quarter of their own deviation, (n,).

    (A dark picture is near to every dark one, and no copy for that.)
    """
    return np.asarray(distances < COPY * np.maximum(pictures.std(axis=(1, 2, 3)), 1e-3))


def _distances(asked: Floats, others: Floats) -> Iterator[Floats]:
    """Yield the squared distances (rows, m) of some rows of `asked` after the other."""
    squares = np.square(others).sum(axis=1)
    for start in range(0, len(asked), ROWS):
        part = asked[start : start + ROWS]
        yield np.square(part).sum(axis=1)[:, None] + squares - 2 * part @ others.T
