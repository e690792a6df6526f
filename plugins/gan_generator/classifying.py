"""Classifiers, in whose features drawn pictures are measured: their training, and what they see."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np

from core import images, training
from core.checkpoint import Checkpoint
from core.data import Batches
from core.errors import UserError
from core.evaluation import Scores
from core.fitting import fit
from core.images import Image, Numbers
from core.training import Run

from . import reference
from .config import Config
from .model import build_classifier, recognise
from .sampling import draw_some, read


def train_classifier(config: Config, run: Run) -> Scores:
    """Train a classifier to measure generators by, and put what it sees in the training set beside it."""
    seen, unseen = read(config, "train"), read(config, "test")
    if len(seen.classes) < 2:
        raise UserError("a classifier needs two classes or more: put the pictures of each into its own folder.")
    arguments: dict[str, Any] = {"shape": seen.pictures.shape[1:], "classes": len(seen.classes), "width": config.width}
    keras.utils.set_random_seed(config.seed)
    network = build_classifier(**arguments)
    network.compile(training.adam(config, clip=10), loss=[None, "sparse_categorical_crossentropy"])
    batches = Batches(partial(draw_some, seen, config), config.steps, config.seed)
    test = images.from_uint8(unseen.pictures)
    training.fit(network, batches, (test, unseen.labels), config, run)

    right = recognise(network, test).probabilities.argmax(axis=1) == unseen.labels
    scores: Scores = {"accuracy": float(right.mean())}
    made = Checkpoint(
        "build_classifier", arguments, scores, training.provenance(config, seen.describe(config.source), run)
    )
    training.save(network, made, run, "float16")
    reference.write(reference.make(seen, partial(featurise, network)), run.checkpoint / "reference.npz")
    return scores


def featurise(network: keras.Model, pictures: Image) -> Numbers:
    """Return what a classifier sees in `pictures` (n, h, w, c), of whichever size and colour, (n, 64)."""
    shape = network.inputs[0].shape[1:]
    if pictures.shape[1:] != shape:
        pictures = np.stack([fit(images.as_colour(each), shape) for each in pictures])
    return recognise(network, pictures).features
