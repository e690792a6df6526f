"""What the decoder's inputs tell about a network."""

from __future__ import annotations

import pytest

from plugins.vae_explorer.model import build_autoencoder, build_pca
from plugins.vae_explorer.networks.decoder import class_count, latent_dimensions
from plugins.vae_explorer.networks.encoder import is_variational


@pytest.mark.parametrize(("variational", "classes"), [(False, 0), (True, 0), (True, 10)])
def test_the_kind_of_a_network_is_found_from_its_inputs_and_outputs(variational: bool, classes: int) -> None:
    network = build_autoencoder(dimensions=5, variational=variational, classes=classes, width=4, hidden=(8,))
    assert (latent_dimensions(network), class_count(network), is_variational(network)) == (5, classes, variational)


def test_pca_is_neither_conditional_nor_variational() -> None:
    network = build_pca((8, 8, 1), 3)
    assert (latent_dimensions(network), class_count(network), is_variational(network)) == (3, 0, False)
