"""The reference set of a generator: training images, their classifier features, and scores against them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Floats, Image, Uint8Image
from core.training.datasets import Dataset
from core.training.evaluation import Scores

from . import composed, metrics
from .metrics import Moments

EXAMPLES = Path(__file__).parent / "examples"
MAX_STORED = 5500  # images: all of a small training set, a random sample of a large one
MAX_STORED_VALUES = 50_000_000
MAX_MEASURED_VALUES = 250_000_000
MAX_CLASS = 255  # a label above it is the number of a combination of attributes
CLUSTERS = 100
BATCH = 500  # images

ExtractFeatures = Callable[[Image], Floats]
"""From images (n, h, w, c) to features (n, d)."""
GenerateImages = Callable[[int, int, tuple[int, ...]], Image]
"""From a count, a seed and the class of each image to images (n, h, w, c)."""


class ReferenceSet(NamedTuple):
    """Training images with their features, and statistics of the features of the whole training set."""

    pictures: Uint8Image
    """(n, h, w, c)"""
    labels: NDArray[np.int64]
    """(n,)"""
    features: Floats
    """(n, 64)"""
    moments: Moments
    """Of the features of the whole training set."""
    centers: Floats
    """(100, 64): of clusters of the features of the whole training set."""


def build(training_set: Dataset, extract_features: ExtractFeatures, attributes: Sequence[str] = ()) -> ReferenceSet:
    """Return the reference set of a training set, or of a random sample of it where it is very large.

    Args:
        training_set: the images.
        extract_features: returns their features.
        attributes: of a data set with attributes, those whose combinations are the classes.

    Raises:
        UserError: where scikit-learn, which computes the clusters, is not installed.
    """
    try:
        from sklearn.cluster import KMeans
    except ImportError:
        raise UserError("a reference set needs scikit-learn for its clusters: pip install scikit-learn.") from None
    size = int(np.prod(training_set.pictures.shape[1:]))
    training_set = training_set.sample(MAX_MEASURED_VALUES // size)
    pictures = training_set.pictures
    starts = range(0, len(pictures), BATCH)
    features = np.concatenate([extract_features(images.from_uint8(pictures[i : i + BATCH])) for i in starts])
    clusters = KMeans(min(CLUSTERS, len(features)), n_init=1, random_state=0).fit(features)
    most = min(MAX_STORED, MAX_STORED_VALUES // size)
    stored = np.random.default_rng(0).permutation(len(features))[:most]
    centers = clusters.cluster_centers_.astype(np.float32)
    labels = training_set.combinations(attributes)
    return ReferenceSet(pictures[stored], labels[stored], features[stored], metrics.moments(features), centers)


def write(reference: ReferenceSet, path: Path) -> None:
    """Write `reference` as a compressed .npz file, features in half precision.

    Cats are not written: they are composed again from their labels, the numbers of combinations of all attributes.
    """
    pictures, labels, features, moments, centers = reference
    is_composed = labels.max() > MAX_CLASS
    np.savez_compressed(
        path,
        allow_pickle=False,
        pictures=pictures[:0] if is_composed else pictures,
        labels=labels.astype(np.int32 if is_composed else np.uint8),
        features=features.astype(np.float16),
        mean=moments.mean,
        covariance=moments.covariance,
        centers=centers,
    )


def read(path: Path) -> ReferenceSet:
    """Return the reference set that `write` has written."""
    with np.load(path) as stored:
        moments = Moments(stored["mean"], stored["covariance"])
        labels, features = stored["labels"].astype(np.int64), stored["features"].astype(np.float32)
        pictures = stored["pictures"]
        if not len(pictures):
            pictures, labels = composed.compose(labels).pictures, composed.classes(labels)
        return ReferenceSet(pictures, labels, features, moments, stored["centers"])


def score(generate: GenerateImages, extract_features: ExtractFeatures, reference: ReferenceSet, count: int) -> Scores:
    """Return the scores of `count` generated images, whose classes are distributed as those of the reference set."""
    generated, _ = generate_like(generate, reference, count)
    return compare(generated, extract_features(generated), reference)


def generate_like(generate: GenerateImages, reference: ReferenceSet, count: int) -> tuple[Image, list[int]]:
    """Return `count` generated images, and their classes, which are distributed as those of the reference set."""
    labels = np.random.default_rng(0).choice(reference.labels, count).tolist()
    parts = [(start, tuple(labels[start : start + BATCH])) for start in range(0, count, BATCH)]
    return np.concatenate([generate(len(part), start, part) for start, part in parts]), labels


def compare(pictures: Image, features: Floats, reference: ReferenceSet) -> Scores:
    """Return the scores of images beside the reference set.

    `frechet`, `precision`, `recall` and `modes` compare their features with those of the reference set.
    `nearest_neighbor_median` is the median RMS difference, in pixel values from 0 to 1, to the nearest reference
    image, flipped or not; `copy_fraction` is the fraction of images that are copies: see `metrics.are_copies`.
    """
    precision, recall = metrics.precision_and_recall(reference.features[: len(features)], features)
    _, distances = metrics.nearest_neighbors_or_flipped(pictures, images.from_uint8(reference.pictures))
    return {
        "frechet": metrics.frechet_distance(reference.moments, metrics.moments(features)),
        "precision": precision,
        "recall": recall,
        "modes": metrics.count_modes(reference.features, features, reference.centers),
        "nearest_neighbor_median": float(np.median(distances)),
        "copy_fraction": float(metrics.are_copies(pictures, distances).mean()),
    }
