"""The residual network for aligned images in color."""

from __future__ import annotations

import numpy as np
import pytest

from plugins.vae_explorer.model import build_residual_vae, decode, encode
from plugins.vae_explorer.training.latent_order import sort_latent_dimensions


@pytest.mark.parametrize("side", [16, 32])
def test_images_are_encoded_decoded_and_their_latent_dimensions_sorted(side: int) -> None:
    network = build_residual_vae((side, side, 3), 5, width=4)
    pictures = np.random.default_rng(0).random((6, side, side, 3), np.float32)
    before = decode(network, encode(network, pictures).mean)
    assert before.shape == pictures.shape
    sort_latent_dimensions(network, pictures)
    np.testing.assert_allclose(decode(network, encode(network, pictures).mean), before, atol=1e-5)
