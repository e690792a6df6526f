"""Attribute vectors, where the latent vectors are known."""

from __future__ import annotations

import numpy as np

from plugins.vae_explorer import attribute_vectors

SIZES = {"body": 3, "accessory": 4}


def _known() -> tuple[attribute_vectors.AttributeVectors, dict[str, np.ndarray], np.ndarray]:
    random = np.random.default_rng(0)
    values = {name: random.integers(count, size=4000) for name, count in SIZES.items()}
    centers = {name: random.normal(0, 3, (count, 5)) for name, count in SIZES.items()}
    latents = sum(centers[name][values[name]] for name in SIZES) + random.normal(0, 0.5, (4000, 5))
    return attribute_vectors.find(latents.astype(np.float32), values, SIZES), centers, latents


def test_a_latent_vector_is_moved_from_one_value_to_another() -> None:
    vectors, centers, latents = _known()
    moved = vectors.move(latents[0], "accessory", 1)
    np.testing.assert_allclose(moved[1], latents[0], atol=1e-6)
    np.testing.assert_allclose(moved[2] - moved[1], centers["accessory"][2] - centers["accessory"][1], atol=0.2)


def test_samples_have_the_chosen_values_and_the_spread_of_what_is_left_open() -> None:
    vectors, centers, _ = _known()
    latents = vectors.sample(5000, {"body": 2, "accessory": 0}, np.random.default_rng(1))
    np.testing.assert_allclose(latents.mean(axis=0), centers["body"][2] + centers["accessory"][0], atol=0.3)
    np.testing.assert_allclose(latents.std(axis=0), 0.5, atol=0.05)
    others = vectors.sample(5000, {"body": 2}, np.random.default_rng(1))
    assert others.std(axis=0).max() > 2
