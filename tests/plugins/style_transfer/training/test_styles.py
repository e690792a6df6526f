"""Targets of the losses that are computed once."""

from __future__ import annotations

import keras
import numpy as np

from core.training.data import read_pictures
from plugins.style_transfer.losses import gram_matrix
from plugins.style_transfer.networks.statistics import channel_moments
from plugins.style_transfer.networks.vgg import VGG
from plugins.style_transfer.training.styles import MARGIN, StudentBatches, compute_targets, split_targets
from tests.plugins.style_transfer.conftest import PAINTING, PHOTO, to_numpy


def test_a_batch_holds_crops_with_a_margin_and_the_targets_of_its_paintings(network: keras.Model) -> None:
    photos, paintings = (read_pictures([path]) for path in (PHOTO, PAINTING))
    random = np.random.default_rng(0)
    styles = compute_targets(network.get_layer(VGG), paintings, 2, 64, random)
    ((crops, style, *targets),) = StudentBatches(photos, styles, 64).sample(3, random)
    assert crops.shape == (3, 64 + 2 * MARGIN, 64 + 2 * MARGIN, 3)
    grams, moments = split_targets(targets)
    for feature, gram, (mean, deviation) in zip(network.get_layer(VGG)(style), grams, moments, strict=True):
        np.testing.assert_allclose(gram, to_numpy(gram_matrix(feature)), rtol=0.01, atol=0.02)
        np.testing.assert_allclose((mean, deviation), [*map(to_numpy, channel_moments(feature))], rtol=0.01, atol=0.01)
