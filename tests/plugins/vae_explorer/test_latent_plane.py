"""The region of a latent space that is shown as a map."""

from __future__ import annotations

import numpy as np
import pytest

from plugins.vae_explorer import latent_plane
from plugins.vae_explorer.latents import Encoded


def test_positions_and_latent_vectors_are_each_other_s_inverse() -> None:
    latents = np.random.default_rng(0).normal(5, 2, (100, 2)).astype(np.float32)
    plane = latent_plane.choose_plane(Encoded(latents, np.full_like(latents, -np.inf)))
    positions = latent_plane.cell_centers(3) * 2 - 0.5  # beyond the borders too
    np.testing.assert_allclose(plane.positions_of(plane.latents_at(positions)), positions, atol=1e-5)
    assert plane.latents_at(np.zeros(2))[1] == pytest.approx(
        plane.high[1]
    )  # the second dimension is largest at the top


def test_the_plane_of_a_vae_is_that_of_the_prior() -> None:
    latents = np.random.default_rng(0).normal(5, 2, (100, 2)).astype(np.float32)
    plane = latent_plane.choose_plane(Encoded(latents, np.zeros_like(latents)))
    assert (plane.low.tolist(), plane.high.tolist()) == ([-3, -3], [3, 3])
