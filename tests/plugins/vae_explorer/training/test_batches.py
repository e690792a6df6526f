"""Batches of training images."""

from __future__ import annotations

import numpy as np

from core.imaging import images
from core.training.datasets import DIGITS, Dataset
from plugins.vae_explorer import example_images
from plugins.vae_explorer.training.batches import sample_batch, validation_batch
from plugins.vae_explorer.training.config import Config


def _dataset(digits: example_images.Examples) -> Dataset:
    return Dataset(images.to_uint8(digits.pictures), digits.labels, DIGITS)


def test_a_conditional_network_gets_the_class_beside_the_image(digits: example_images.Examples) -> None:
    data = _dataset(digits)
    (pictures, labels), targets = validation_batch(data, Config(checkpoint="mnist_cvae"))
    np.testing.assert_array_equal(pictures, targets)
    np.testing.assert_array_equal(labels.argmax(axis=1), data.labels)
    (pictures, labels), _ = sample_batch(data, Config(checkpoint="mnist_cvae", batch=7), np.random.default_rng(0))
    assert (pictures.shape, labels.shape) == ((7, 28, 28, 1), (7, 10))


def test_images_are_binarized_where_the_recipe_says_so(digits: example_images.Examples) -> None:
    data, config = _dataset(digits), Config(checkpoint="mnist_vae_binary", batch=20)
    for inputs, targets in (sample_batch(data, config, np.random.default_rng(0)), validation_batch(data, config)):
        assert set(np.unique(inputs)) == {0, 1}
        np.testing.assert_array_equal(inputs, targets)
