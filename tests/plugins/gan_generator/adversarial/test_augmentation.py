"""Differentiable augmentation: how far images are changed, and that all scales are changed alike."""

from __future__ import annotations

import keras
import numpy as np

from plugins.gan_generator.adversarial import augmentation

to_numpy = keras.ops.convert_to_numpy


def test_images_are_translated_by_up_to_an_eighth() -> None:
    dots = np.zeros((64, 16, 16, 1), np.float32)
    dots[:, 8, 8] = 1
    translated = to_numpy(augmentation.translate(dots, keras.random.SeedGenerator(0)))
    assert (translated.sum(axis=(1, 2, 3)) == 1).all()
    shifts = np.argwhere(translated[..., 0])[:, 1:] - 8
    assert (shifts.min(), shifts.max()) == (-2, 2)


def test_cutout_hides_up_to_a_quarter_of_an_image() -> None:
    white = np.ones((64, 16, 16, 1), np.float32)
    cut = to_numpy(augmentation.cutout(white, keras.random.SeedGenerator(0)))
    hidden = (cut == 0.5).mean(axis=(1, 2, 3))
    assert 0 < hidden.min() < hidden.max() <= 0.25


def test_all_scales_of_an_image_are_augmented_alike() -> None:
    two_scales = np.tile(np.random.default_rng(0).random((8, 16, 16, 3), np.float32), 2)
    augmented = to_numpy(augmentation.augment(two_scales, 3, keras.random.SeedGenerator(0)))
    np.testing.assert_allclose(augmented[..., :3], augmented[..., 3:], atol=1e-5)
    assert np.abs(augmented - two_scales).max() > 0.1
