"""The tab "Perturb"."""

from __future__ import annotations

import pytest

from core.errors import UserError
from core.imaging import images
from core.plugin import Plugin
from plugins.vae_explorer.tabs import perturb


def test_an_image_is_decoded_from_its_latent_vector_with_noise(plugin: Plugin) -> None:
    assert all(images.load(path).std() > 0.05 for path in perturb.add_latent_noise(plugin, 1, 1))
    with pytest.raises(UserError, match="use 0 to"):
        perturb.add_latent_noise(plugin, 4)
