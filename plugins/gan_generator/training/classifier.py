"""Classifiers, in whose features drawn pictures are measured: their training, and what they see."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Floats, Image
from core.imaging.resizing import center_crop_resize
from core.metadata import Checkpoint
from core.training import fit
from core.training.batches import Batches
from core.training.evaluation import Scores
from core.training.runs import Run

from .. import reference_set
from ..model import build_classifier, recognise
from .batches import draw_some, read
from .config import Config


def train_classifier(config: Config, run: Run) -> Scores:
    """Train a classifier to measure generators by, and put what it sees in the training set beside it."""
    seen, unseen = read(config, "train"), read(config, "test")
    if len(seen.classes) < 2:
        raise UserError("a classifier needs two classes or more: put the pictures of each into its own folder.")
    arguments: dict[str, Any] = {"shape": seen.pictures.shape[1:], "classes": len(seen.classes), "width": config.width}
    keras.utils.set_random_seed(config.seed)
    network = build_classifier(**arguments)
    network.compile(fit.adam(config, clip=10), loss=[None, "sparse_categorical_crossentropy"])
    batches = Batches(partial(draw_some, seen, config), config.steps, config.seed)
    test = images.from_uint8(unseen.pictures)
    fit.fit(network, batches, (test, unseen.labels), config, run)

    right = recognise(network, test).probabilities.argmax(axis=1) == unseen.labels
    scores: Scores = {"accuracy": float(right.mean())}
    made = Checkpoint("build_classifier", arguments, scores, fit.provenance(config, seen.describe(config.source), run))
    fit.save(network, made, run, "float16")
    reference_set.write(reference_set.make(seen, partial(featurise, network)), run.checkpoint / "reference.npz")
    return scores


def featurise(network: keras.Model, pictures: Image) -> Floats:
    """Return what a classifier sees in `pictures` (n, h, w, c), of whichever size and colour, (n, 64)."""
    shape = network.inputs[0].shape[1:]
    if pictures.shape[1:] != shape:
        pictures = np.stack([center_crop_resize(images.to_rgb(each), shape) for each in pictures])
    return recognise(network, pictures).features
