"""The training of a classifier."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.imaging import images
from core.networks import checkpoint
from core.training.runs import Run
from plugins.gan_generator import model, reference_set, train
from plugins.gan_generator.model import classify
from plugins.gan_generator.train import Config


def test_a_classifier_is_trained_and_a_reference_set_is_written(folder: Path) -> None:
    config = Config(checkpoint="mnist_classifier", images=folder, side=16, epochs=2, steps=40, width=4, batch=8)
    run = Run.start("gan_generator", config, folder.parent / "runs")
    assert train.train(config, run)["accuracy"] == 1
    known = reference_set.read(run.checkpoint / "reference.npz")
    assert known.pictures.shape[1:] == (16, 16, 3)
    assert known.features.shape == (len(known.pictures), 64)
    found = classify(checkpoint.load(run.checkpoint, model), images.from_uint8(known.pictures))
    np.testing.assert_allclose(found.features, known.features, atol=2e-2)  # half precision
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1, rtol=1e-4)
