"""The scores of generated images."""

from __future__ import annotations

import numpy as np
import pytest

from core.imaging import images
from core.plugin import Plugin
from plugins.gan_generator import metrics
from plugins.gan_generator.tabs import subjects


def test_the_frechet_distance_is_that_of_two_normal_distributions() -> None:
    random = np.random.default_rng(0)
    deviations, shift = np.array([1.0, 2.0, 0.5]), np.array([0.3, 0.0, -1.0])
    some, others = random.normal(0, 1, (2, 200_000, 3))
    expected = np.square(shift).sum() + np.square(deviations - 1).sum()
    found = metrics.frechet_distance(metrics.moments(some), metrics.moments(others * deviations + shift))
    assert found == pytest.approx(expected, rel=0.02)
    assert metrics.frechet_distance(metrics.moments(some), metrics.moments(some)) == pytest.approx(0, abs=1e-9)


def test_precision_falls_with_bad_images_and_recall_with_missing_ones() -> None:
    random = np.random.default_rng(0)
    real, good = random.normal(0, 1, (2, 1000, 2)).astype(np.float32)
    assert min(metrics.precision_and_recall(real, good)) > 0.85
    half_bad = np.concatenate([good[:500], good[500:] + 20])
    precision, recall = metrics.precision_and_recall(real, half_bad)
    assert precision < 0.55
    assert recall > 0.8
    precision, recall = metrics.precision_and_recall(real, good[good[:, 0] > 0])
    assert precision > 0.85
    assert recall < 0.65


def test_covered_modes_are_counted() -> None:
    centers = np.eye(5, dtype=np.float32)
    assert metrics.count_modes(centers.repeat(20, 0), centers[:3].repeat(20, 0), centers) == 3


def test_the_nearest_neighbor_of_a_flipped_image_is_the_image() -> None:
    known = np.random.default_rng(0).random((50, 8, 8, 3), np.float32)
    indices, distances = metrics.nearest_neighbors_or_flipped(known[[7, 3]][:, :, ::-1], known)
    assert indices.tolist() == [7, 3]
    np.testing.assert_allclose(distances, 0, atol=1e-3)


def test_the_nearest_images_are_sorted_by_the_distance_that_is_returned_and_flipped_where_nearer() -> None:
    known = np.random.default_rng(0).random((50, 8, 8, 3), np.float32)
    query = known[7, :, ::-1]
    nearest, distances = metrics.nearest_or_flipped(query, known, 5)
    np.testing.assert_array_equal(nearest[0], query)
    np.testing.assert_allclose(distances, np.sqrt(np.square(nearest - query).mean(axis=(1, 2, 3))), atol=1e-3)
    assert list(distances) == sorted(distances)


def test_no_bundled_image_is_a_copy(plugin: Plugin) -> None:
    known = images.from_uint8(subjects.read_reference("mnist").pictures)
    generated = plugin.run("generate", 64, checkpoint="mnist")
    _, distances = metrics.nearest_neighbors_or_flipped(generated, known)
    assert not metrics.are_copies(generated, distances).any()
    _, to_itself = metrics.nearest_neighbors_or_flipped(known[:64, :, ::-1], known)
    assert metrics.are_copies(known[:64], to_itself).all()
