"""What drawn pictures are measured against: pictures trained on, and how a classifier sees them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Floats, Image
from core.training.evaluation import Scores

from . import metrics
from .metrics import Moments

if TYPE_CHECKING:  # a page reads references, and imports no Keras
    from core.imaging.images import Uint8Image
    from core.training.datasets import Dataset

EXAMPLES = Path(__file__).parent / "examples"
KEPT = 5500  # pictures: all of a small set, some of a large one
MOST_VALUES = 50_000_000  # of these pictures
CENTRES = 100

Featurise = Callable[[Image], Floats]
Draw = Callable[[int, int, tuple[int, ...]], Image]  # a count, a seed, classes
AT_ONCE = 500  # pictures


class Reference(NamedTuple):
    """Pictures of a training set (n, h, w, c), their classes and features, and what the features of all are like."""

    pictures: Uint8Image
    labels: NDArray[np.int64]
    features: Floats
    """(n, 64)"""
    moments: Moments
    """Of the whole set."""
    centres: Floats
    """(100, 64): the middles of the groups that the features are in."""


def make(seen: Dataset, featurise: Featurise) -> Reference:
    """Return what there is to know of `seen`, after `featurise` has looked at it all.

    Raises UserError where scikit-learn, which finds the groups, is not installed.
    """
    try:
        from sklearn.cluster import KMeans
    except ImportError:
        raise UserError("the groups of a training set need scikit-learn: pip install scikit-learn.") from None
    parts = range(0, len(seen.pictures), AT_ONCE)
    features = np.concatenate([featurise(images.from_uint8(seen.pictures[i : i + AT_ONCE])) for i in parts])
    groups = KMeans(min(CENTRES, len(features)), n_init=1, random_state=0).fit(features)
    most = min(KEPT, MOST_VALUES // seen.pictures[0].size)
    kept = np.random.default_rng(0).permutation(len(features))[:most]
    centres = groups.cluster_centers_.astype(np.float32)
    return Reference(seen.pictures[kept], seen.labels[kept], features[kept], metrics.moments(features), centres)


def write(reference: Reference, path: Path) -> None:
    """Write `reference` as one compressed file."""
    pictures, labels, features, moments, centres = reference
    np.savez_compressed(
        path,
        allow_pickle=False,
        pictures=pictures,
        labels=labels.astype(np.uint8),
        features=features.astype(np.float16),
        mean=moments.mean,
        covariance=moments.covariance,
        centres=centres,
    )


def read(path: Path) -> Reference:
    """Return what `write` has written."""
    with np.load(path) as stored:
        moments = Moments(stored["mean"], stored["covariance"])
        labels, features = stored["labels"].astype(np.int64), stored["features"].astype(np.float32)
        return Reference(stored["pictures"], labels, features, moments, stored["centres"])


def score(draw: Draw, featurise: Featurise, reference: Reference, count: int) -> Scores:
    """Return how good `count` pictures are that are drawn of the classes that the reference's have.

    `nearest_neighbour_median` is how far from a picture, in its values, 0 to 1, the nearest one of the reference is,
    the mirrored ones too; `copies` is the share of those that `scores.are_copies`.
    """
    labels = np.random.default_rng(0).choice(reference.labels, count).tolist()
    parts = [(start, tuple(labels[start : start + AT_ONCE])) for start in range(0, count, AT_ONCE)]
    drawn = np.concatenate([draw(len(part), start, part) for start, part in parts])
    features = featurise(drawn)
    precision, recall = metrics.precision_and_recall(reference.features[:count], features)
    _, distances = metrics.nearest_mirrored(drawn, images.from_uint8(reference.pictures))
    return {
        "frechet": metrics.frechet(reference.moments, metrics.moments(features)),
        "precision": precision,
        "recall": recall,
        "modes": metrics.modes(reference.features, features, reference.centres),
        "nearest_neighbour_median": float(np.median(distances)),
        "copies": float(metrics.are_copies(drawn, distances).mean()),
    }
