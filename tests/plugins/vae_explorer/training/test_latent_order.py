"""The order of latent dimensions."""

from __future__ import annotations

import numpy as np

from plugins.vae_explorer import example_images
from plugins.vae_explorer.latents import kl_by_dimension
from plugins.vae_explorer.model import build_autoencoder, decode, encode
from plugins.vae_explorer.training.latent_order import sort_latent_dimensions


def test_sorting_latent_dimensions_changes_no_reconstruction() -> None:
    network = build_autoencoder(dimensions=6, variational=True, width=4, hidden=(8,))
    shown = example_images.read("mnist").pictures[:50]
    before = decode(network, encode(network, shown).mean)
    sort_latent_dimensions(network, shown)
    np.testing.assert_allclose(decode(network, encode(network, shown).mean), before, atol=1e-5)
    assert np.all(np.diff(kl_by_dimension(encode(network, shown)).mean(axis=0)) <= 1e-6)
