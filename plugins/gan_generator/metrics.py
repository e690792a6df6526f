"""Scores of generated images: Fréchet distance, precision and recall, modes, nearest neighbors and copies.

All but the last two are computed on the features of a classifier.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.imaging.images import Floats, Image
from core.imaging.linalg import symmetric_sqrt

NEIGHBORS = 3  # k of the k-nearest-neighbor manifolds, as in the paper
COPY_DISTANCE = 0.25  # of an image's own standard deviation: an image that is nearer to another is a copy
BLOCK_ROWS = 500  # of a distance matrix
MIN_MODE_SHARE = 0.1  # of the share of real images in a mode: with a smaller one, the mode is missed


class Moments(NamedTuple):
    """The mean (d,) and the covariance (d, d) of features."""

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]


def moments(features: Floats) -> Moments:
    """Return the mean and the covariance of features (n, d)."""
    wide = features.astype(np.float64)
    return Moments(wide.mean(axis=0), np.cov(wide, rowvar=False))


def frechet_distance(real: Moments, fake: Moments) -> float:
    """Return the squared Fréchet distance of two normal distributions (Heusel et al. 2017): 0 where they are equal.

    See https://arxiv.org/abs/1706.08500. The trace of the matrix root is the sum of the roots of the eigenvalues.
    """
    root = symmetric_sqrt(real.covariance)
    eigenvalues = np.linalg.eigvalsh(root @ fake.covariance @ root).clip(0)
    means = np.square(real.mean - fake.mean).sum()
    return float(means + np.trace(real.covariance + fake.covariance) - 2 * np.sqrt(eigenvalues).sum())


def precision_and_recall(real: Floats, fake: Floats) -> tuple[float, float]:
    """Return precision and recall of generated images (Kynkäänniemi et al. 2019, https://arxiv.org/abs/1904.06991).

    Precision is the share of generated images in the manifold of the real ones, recall that of real images in the
    manifold of the generated ones. An image is in a manifold if it is nearer to one of its images than that image's
    third-nearest neighbor is.

    Args:
        real: features of real images, (n, d).
        fake: features of generated images, (m, d).
    """
    return _share_in_manifold(fake, real), _share_in_manifold(real, fake)


def _share_in_manifold(features: Floats, manifold: Floats) -> float:
    radii = np.concatenate(  # the nearest is the image itself
        [np.partition(rows, NEIGHBORS, axis=1)[:, NEIGHBORS] for rows in _squared_distances(manifold, manifold)]
    )
    inside = [(rows <= radii).any(axis=1) for rows in _squared_distances(features, manifold)]
    return float(np.concatenate(inside).mean())


def count_modes(real: Floats, fake: Floats, centers: Floats) -> int:
    """Return how many modes generated images cover.

    A mode is the set of images whose nearest center is the same. It is covered if its share of the generated images is
    at least a tenth of its share of the real ones. (Richardson and Weiss 2018, https://arxiv.org/abs/1805.12462, count
    the modes whose two shares differ.)

    Args:
        real: features of real images, (n, d).
        fake: features of generated images, (m, d).
        centers: centers of clusters of real features, (k, d).
    """
    real_shares, fake_shares = (
        np.bincount(nearest_neighbors(each, centers)[0], minlength=len(centers)) / len(each) for each in (real, fake)
    )
    return int((fake_shares > MIN_MODE_SHARE * real_shares).sum())


def nearest_neighbors(queries: Floats, known: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Return the index of the nearest of `known` (m, …) to each of `queries` (n, …), and their RMS difference, (n,)."""
    flat, others = queries.reshape(len(queries), -1), known.reshape(len(known), -1)
    parts = [(rows.argmin(axis=1), rows.min(axis=1)) for rows in _squared_distances(flat, others)]
    indices, squared = (np.concatenate(part) for part in zip(*parts, strict=True))
    return indices, np.sqrt(squared.clip(0) / flat.shape[1])


def nearest_neighbors_or_flipped(queries: Image, known: Image) -> tuple[NDArray[np.int64], Floats]:
    """Return what `nearest_neighbors` does, where each query may also be flipped horizontally."""
    (indices, distances), (flipped, others) = (
        nearest_neighbors(each, known) for each in (queries, queries[:, :, ::-1])
    )
    return np.where(others < distances, flipped, indices), np.minimum(distances, others)


def nearest_or_flipped(query: Image, known: Image, count: int) -> tuple[Image, Floats]:
    """Return the `count` of `known` (m, h, w, c) nearest to `query` (h, w, c), and their RMS differences, (count,).

    Each of `known` may be flipped horizontally, and is returned so where that is nearer.
    """
    flat = np.stack([query, query[:, ::-1]]).reshape(2, -1)
    squared = np.concatenate([*_squared_distances(known.reshape(len(known), -1), flat)]).clip(0) / query.size
    nearest = squared.min(axis=1).argsort(kind="stable")[:count]
    is_flipped = squared[nearest].argmin(axis=1).astype(bool)
    found = np.where(is_flipped[:, None, None, None], known[nearest][:, :, ::-1], known[nearest])
    return found, np.sqrt(squared[nearest].min(axis=1))


def are_copies(images: Image, distances: Floats) -> NDArray[np.bool_]:
    """Return whether each of `images` (n, h, w, c) is a copy, from the RMS distance to its nearest neighbor, both (n,).

    The threshold is a quarter of the image's own standard deviation: a dark image is near every other dark one without
    being a copy.
    """
    return np.asarray(distances < COPY_DISTANCE * np.maximum(images.std(axis=(1, 2, 3)), 1e-3))


def _squared_distances(queries: Floats, known: Floats) -> Iterator[Floats]:
    """Yield the squared distances of `queries` (n, d) to `known` (m, d), in blocks of rows (500, m).

    By a matrix product: between images of 3,072 values it is 26 times as fast as `scipy.spatial.distance.cdist`, which
    takes five minutes for what an evaluation needs.
    """
    squares = np.square(known).sum(axis=1)
    for start in range(0, len(queries), BLOCK_ROWS):
        block = queries[start : start + BLOCK_ROWS]
        yield np.square(block).sum(axis=1)[:, None] + squares - 2 * block @ known.T
