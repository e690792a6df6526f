"""Latent vectors: paths through them."""

from __future__ import annotations

import numpy as np

from plugins.gan_generator import latents


def test_a_path_passes_through_its_stops_and_keeps_the_length_of_the_vectors() -> None:
    stops = np.random.default_rng(0).standard_normal((3, 64)).astype(np.float32)
    path, weights = latents.interpolate_path(stops, 5)
    assert path.shape == (11, 64)
    for place, stop in zip((0, 5, 10), range(3), strict=True):
        np.testing.assert_allclose(path[place], stops[stop], atol=1e-5)
        np.testing.assert_array_equal(weights[place], np.eye(3)[stop])
    lengths = np.linalg.norm(path, axis=1)
    assert lengths.min() > 0.95 * np.linalg.norm(stops, axis=1).min()
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-6)


def test_consecutive_seeds_start_again_at_zero_after_the_last() -> None:
    assert latents.consecutive_seeds(latents.SEEDS - 2, 4) == [latents.SEEDS - 2, latents.SEEDS - 1, 0, 1]


def test_chosen_values_are_the_positions_of_the_largest_numbers_of_each_block() -> None:
    random = np.random.default_rng(0)
    latent, values = random.standard_normal((500, 7)).astype(np.float32), random.integers((3, 4), size=(500, 2))
    chosen = latents.choose_values(latent, values, (3, 4))
    found = np.stack([chosen[:, :3].argmax(axis=1), chosen[:, 3:].argmax(axis=1)], axis=1)
    np.testing.assert_array_equal(found, values)
    for block in (slice(0, 3), slice(3, 7)):  # the same numbers, in another order
        np.testing.assert_array_equal(np.sort(chosen[:, block]), np.sort(latent[:, block]))
