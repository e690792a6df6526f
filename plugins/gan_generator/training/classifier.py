"""The training of a classifier, on the features of which generators are scored."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import keras
import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Floats, Image
from core.imaging.resizing import center_crop_resize
from core.training import fit, optimizers
from core.training.batches import Batches
from core.training.evaluation import Scores
from core.training.fit import Architecture
from core.training.runs import Run

from .. import reference_set
from ..model import build_classifier, classify
from .batches import class_groups, read_split, sample_images
from .config import Config

MAX_TESTED = 10_000  # images


def train_classifier(config: Config, run: Run) -> Scores:
    """Train a classifier, write the training set's reference set beside it, and return its accuracy on held-out images.

    Raises:
        UserError: where the images have one class only.
    """
    training_set, test_set = read_split(config, "train"), read_split(config, "test").sample(MAX_TESTED)
    groups = class_groups(config, training_set)
    if not groups:
        raise UserError("a classifier needs two classes or more: put the pictures of each into its own folder.")
    keras.utils.set_random_seed(config.seed)
    shape = training_set.pictures.shape[1:]
    architecture = Architecture(build_classifier, {"shape": shape, "classes": groups, "width": config.width})
    network = architecture.build()
    network.compile(optimizers.adam(config, clip=10), loss=[None, *["sparse_categorical_crossentropy"] * len(groups)])
    batches = Batches(partial(sample_images, training_set, config), config.steps, config.seed)
    test, values = images.from_uint8(test_set.pictures), test_set.values(config.recipe.attributes)
    fit.fit(network, batches, (test, tuple(values.T) if len(groups) > 1 else values[:, 0]), config, run)

    correct = classes_of(classify(network, test).probabilities, groups) == values
    names = [f"accuracy_{name}" for name in config.recipe.attributes] or ["accuracy"]
    scores: Scores = dict(zip(names, correct.mean(axis=0).tolist(), strict=True))
    provenance = fit.provenance(config, training_set.describe(config.source), run)
    fit.save_result(network, architecture, scores, provenance, run, "float16")
    reference = reference_set.build(training_set, partial(extract_features, network), config.recipe.attributes)
    reference_set.write(reference, run.checkpoint / "reference.npz")
    return scores


def classes_of(probabilities: Floats, groups: Sequence[int]) -> NDArray[np.int64]:
    """Return the most probable class of each group, (n, groups), from probabilities (n, classes of all groups)."""
    parts = np.split(probabilities, np.cumsum(groups)[:-1], axis=1)
    return np.stack([part.argmax(axis=1) for part in parts], axis=1)


def extract_features(classifier: keras.Model, pictures: Image) -> Floats:
    """Return a classifier's features (n, 64) of images (n, h, w, c) of any size, in color or gray."""
    shape = classifier.inputs[0].shape[1:]
    if pictures.shape[1:] != shape:
        pictures = np.stack([center_crop_resize(images.to_rgb(each), shape) for each in pictures])
    return classify(classifier, pictures).features
